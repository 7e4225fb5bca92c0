import * as z from 'zod';
import { type TruthForm, truthForm } from '../../truth-form.ts';
import { type CurationItem, KEEP, type Outcome, type Stage } from '../stage.ts';
import { pythonFault } from './python-brackets.ts';

export const testSuiteOptions = z.strictObject({
  /** Suites with fewer tests are short. The report asks for no thin suites and names no number. */
  minimumTests: z.int().min(1).default(2),
});

/** Drops code problems whose tests are empty, short or corrupt, before anything is run (report, section 6.1). */
export function testSuiteStage(options: z.infer<typeof testSuiteOptions>): Stage {
  return {
    name: 'test-suites',
    version: 1,
    scope: 'record',
    isCheap: true,
    options,
    inputs: [],
    applies: ({ record }) => record.ability === 'code',
    judge: (items) => items.map((item) => judge(item, options.minimumTests)),
  };
}

function judge({ record }: CurationItem, minimumTests: number): Outcome {
  const form = truthForm(record);
  if (form === null || form.form === 'answers') return drop('corrupt test suite', 'a code record without tests');
  if (form.form === 'invalid') return drop('corrupt test suite', `${form.key}: ${form.fault}`);
  const fault = corruption(form);
  if (fault !== null) return drop('corrupt test suite', fault);
  const count = testCount(form);
  if (count === 0) return drop('empty test suite', 'no tests');
  if (count < minimumTests) return drop('short test suite', `${count} of at least ${minimumTests} tests`);
  return KEEP;
}

const drop = (reason: string, detail: string): Outcome => ({ verdict: 'drop', reason, detail });

type CodeForm = Exclude<TruthForm, { form: 'answers' }>;

/** How many tests there are; those of a loop are not told apart, so a loop counts as enough of them. */
function testCount(form: CodeForm): number {
  if (form.form === 'assert') return form.assert_case.filter((assertion) => assertion.trim() !== '').length;
  if (form.form !== 'check') return form.inputs.length;
  const code = form.test_code.replace(/#[^\n]*/g, '');
  const asserts = code.match(/^[^\S\n]*assert\b|[:;][^\S\n]*assert\b/gm)?.length ?? 0;
  return asserts > 0 && /^\s*(for|while)\b/m.test(code) ? Number.POSITIVE_INFINITY : asserts;
}

function corruption(form: CodeForm): string | null {
  if (form.form === 'stdio' || form.form === 'call') return pairFault(form);
  if (form.form === 'assert') {
    for (const [index, assertion] of form.assert_case.entries()) {
      const fault = pythonFault(assertion) ?? (assertion.trim() === '' || /\bassert\b/.test(assertion) ? null : 'holds no assertion');
      if (fault !== null) return `assert_case.${index}: ${fault}`;
    }
    return null;
  }
  if (form.test_code.trim() === '') return null; // Empty, which has its own reason.
  if (!/^\s*(async\s+)?def\s+check\s*\(/m.test(form.test_code)) return 'test_code defines no check function';
  const fault = pythonFault(form.test_code);
  if (fault !== null) return `test_code: ${fault}`;
  return /\bcandidate\b/.test(form.test_code.replace(/def\s+check\s*\([^)]*\)/, '')) || !/\bassert\b/.test(form.test_code)
    ? null
    : 'test_code never calls the candidate';
}

function pairFault({ inputs, outputs }: Extract<CodeForm, { form: 'stdio' | 'call' }>): string | null {
  if (inputs.length !== outputs.length) return `${inputs.length} inputs and ${outputs.length} outputs`;
  const silent = outputs.length > 0 && outputs.every((output) => output === null || output === '');
  return silent ? 'every expected output is empty' : null;
}
