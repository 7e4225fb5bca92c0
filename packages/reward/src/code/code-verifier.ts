/** The code verifier: from a response and a record's tests to a judgement with evidence. */
import type { Judgement, Verifier } from '../verdict.ts';
import { firstDifference, type OutputComparison } from './compare-output.ts';
import { countTests, NOT_RUN, type TestCounts, type TestEvidence } from './evidence.ts';
import { extractCode } from './extract-code.ts';
import { type CodeTests, GroundTruthError, parseGroundTruth } from './ground-truth.ts';
import type { Sandbox, SandboxSlot } from './interpreter.ts';
import { type JudgeJob, JudgeSession, RunStopped } from './judge-session.ts';
import { type CodeLimits, resolveLimits, runWallMs, scaleTimes } from './limits.ts';
import { Pool, PoolClosed } from './pool.ts';
import { runStdioTests } from './stdio-run.ts';
import { createWasmSandbox } from './wasm/wasm-sandbox.ts';

/** A user's own idea of what is right, for the forms whose results are compared outside the sandbox. */
export type OutputChecker = (test: {
  readonly index: number;
  readonly input: string;
  readonly output: string;
  readonly expected: string;
}) => boolean;

export interface CodeVerifierOptions {
  /** Where programs run. Default: a new `wasm` sandbox. */
  readonly sandbox?: Sandbox;
  /** Responses judged at the same time. Default 2. */
  readonly concurrency?: number;
  readonly limits?: Partial<CodeLimits>;
  /** How outputs and returned values are compared. Default: the report's rules. */
  readonly comparison?: OutputComparison;
  /** Replaces the comparison. Function calls hand it their arguments, result and expected value as JSON. */
  readonly checker?: OutputChecker;
  /** False runs all tests where the default stops at the first failure. */
  readonly stopAtFirstFailure?: boolean;
}

export interface CodeItem {
  /** Names the record in evidence. */
  readonly id?: string;
  readonly response: string;
  /** The training-data schema's object or its JSON string. */
  readonly groundTruth: unknown;
}

export interface CodeJudgement extends Judgement {
  readonly tests: TestCounts;
  readonly testEvidence: readonly TestEvidence[];
  readonly sandbox: Sandbox['name'];
}

export interface CodeVerifier {
  /** Judges one response; rejects only when cancelled. Items wait for a free place in the order of their calls. */
  verify(item: CodeItem, signal?: AbortSignal): Promise<CodeJudgement>;
  /** Judges many: results in the order of the items, with progress after each. After `deadlineMs` the rest are infrastructure errors. */
  verifyAll(items: readonly CodeItem[], options?: VerifyAllOptions): Promise<CodeJudgement[]>;
  /** The same as a reward for records whose `reward_model.ground_truth` holds code tests. */
  readonly reward: Verifier;
  close(): Promise<void>;
}

export interface VerifyAllOptions {
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

interface Place {
  readonly slot: SandboxSlot;
  readonly session: JudgeSession;
}

/** Makes a verifier. Sandboxes start when first needed; `close()` ends them. */
export function createCodeVerifier(options: CodeVerifierOptions = {}): CodeVerifier {
  const limits = resolveLimits(options.limits);
  const sandbox = options.sandbox ?? createWasmSandbox({ memoryBytes: limits.memoryBytes });
  const comparison = options.comparison ?? { mode: 'lines' };
  const stop = options.stopAtFirstFailure ?? true;
  const pool = new Pool<Place>({
    size: options.concurrency ?? 2,
    async open() {
      const slot = await sandbox.openSlot();
      return { slot, session: new JudgeSession(slot, { ...limits, memoryBytes: Math.max(limits.memoryBytes, JUDGE_MEMORY_BYTES) }) };
    },
    close: ({ slot }) => slot.close(),
  });

  const runTests = async (place: Place, code: string, tests: CodeTests, signal: AbortSignal): Promise<readonly TestEvidence[]> => {
    const scale = (count: number): CodeLimits => scaleTimes(limits, sandbox.timeFactor, count);
    if (tests.form === 'stdio') {
      const compare = (output: string, index: number): string | null => {
        const { input, accepted } = tests.tests[index]!;
        if (options.checker) return callChecker(options.checker, { index, input, output, expected: accepted[0]! });
        const differences = accepted.map((expected) => firstDifference(output, expected, comparison));
        return differences.includes(null) ? null : differences[0]!;
      };
      return runStdioTests(place.slot, code, tests.tests, scale(tests.tests.length), stop, signal, compare);
    }
    const check = (index: number, value: string): string | null => {
      const test = (tests as Extract<CodeTests, { form: 'function' }>).tests[index]!;
      return callChecker(options.checker!, { index, input: test.args.join('\n'), output: value, expected: test.accepted[0]! });
    };
    const scaled = scale(1);
    const wallMs = tests.form === 'function' ? scaled.testWallMs : scaled.assertionWallMs;
    const testMs = Math.min(wallMs, scaled.testCpuMs ?? wallMs);
    const runMs = (count: number): number => runWallMs(limits, count) * sandbox.timeFactor;
    const job = describeJob(tests, stop, comparison, options.checker !== undefined);
    const outcome = await place.session.run(job, code, scaled, testMs, runMs, signal, check);
    if (outcome.fault) throw new GroundTruthError(outcome.fault.field, outcome.fault.message);
    return outcome.tests;
  };

  const verify = async (item: CodeItem, signal?: AbortSignal): Promise<CodeJudgement> => {
    let start = performance.now();
    let extracted: string | null = null;
    const judgement = (verdict: Judgement['verdict'], evidence: string, testEvidence: readonly TestEvidence[]): CodeJudgement => ({
      verdict,
      reward: verdict === 'correct' ? 1 : verdict === 'incorrect' ? 0 : null,
      extracted,
      evidence,
      durationMs: performance.now() - start,
      tests: countTests(testEvidence),
      testEvidence,
      sandbox: sandbox.name,
    });
    const record = item.id === undefined ? '' : `record ${item.id}: `;
    const unverifiable = (fault: GroundTruthError): CodeJudgement => judgement('unverifiable', `${record}${fault.message}`, []);
    let tests: CodeTests;
    try {
      tests = parseGroundTruth(item.groundTruth);
    } catch (error) {
      if (error instanceof GroundTruthError) return unverifiable(error);
      throw error;
    }
    extracted = extractCode(item.response);
    if (extracted === null) return judgement('incorrect', 'the response holds no ```python block', unrun(tests));
    const code = extracted;
    let failure: unknown;
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        const evidence = await pool.run((place, own) => {
          start = performance.now();
          return runTests(place, code, tests, own);
        }, signal);
        return judgement(evidence.every(({ status }) => status === 'passed') ? 'correct' : 'incorrect', summarise(evidence), evidence);
      } catch (error) {
        if (error instanceof GroundTruthError) return unverifiable(error);
        if (error instanceof RunStopped || error instanceof PoolClosed || signal?.aborted) throw error;
        failure = error;
      }
    }
    return judgement(
      'infrastructure-error',
      `${record}${failure instanceof Error ? failure.message : failure} (tried twice)`,
      unrun(tests),
    );
  };

  return {
    verify,
    async verifyAll(items, { deadlineMs, signal, onProgress } = {}) {
      const deadline = deadlineMs === undefined ? undefined : AbortSignal.timeout(deadlineMs);
      const signals = [signal, deadline].filter((one) => one !== undefined);
      let done = 0;
      const judged = items.map(async (item) => {
        const started = performance.now();
        try {
          return await verify(item, signals.length > 0 ? AbortSignal.any(signals) : undefined);
        } catch (error) {
          if (!deadline?.aborted || signal?.aborted) throw error;
          return late(sandbox.name, deadlineMs!, performance.now() - started);
        } finally {
          onProgress?.(++done, items.length);
        }
      });
      return Promise.all(judged);
    },
    reward: ({ response, record, signal }) => {
      const rewardModel = record.reward_model as { readonly ground_truth?: unknown } | undefined;
      const id = (record.extra_info as { readonly index?: unknown } | undefined)?.index;
      return verify({ ...(id === undefined ? {} : { id: String(id) }), response, groundTruth: rewardModel?.ground_truth }, signal);
    },
    async close() {
      await pool.close();
      await sandbox.close();
    },
  };
}

/** The judge reads what the program may write, so it needs room for the largest value, taken apart. */
const JUDGE_MEMORY_BYTES = 2 ** 29;

function describeJob(tests: Exclude<CodeTests, { form: 'stdio' }>, stop: boolean, comparison: OutputComparison, report: boolean): JudgeJob {
  const tolerance = comparison.mode === 'tolerance' ? { absolute: comparison.absolute, relative: comparison.relative } : null;
  const base = { prefix: '', entry: '', function: '', stop, tolerance, report: false };
  if (tests.form === 'check') return { ...base, kind: 'check', prefix: tests.prefix, entry: tests.entryPoint, tests: tests.testCode };
  if (tests.form === 'assert') return { ...base, kind: 'asserts', tests: tests.assertions };
  return {
    ...base,
    kind: 'calls',
    function: tests.functionName,
    report,
    tests: tests.tests.map(({ args, accepted }) => [args, accepted] as const),
  };
}

/** A checker that throws is our caller's defect, and says so instead of judging. */
function callChecker(checker: OutputChecker, test: Parameters<OutputChecker>[0]): string | null {
  return checker(test) === true ? null : `the checker refuses ${JSON.stringify(test.output.slice(0, 200))}`;
}

function unrun(tests: CodeTests): TestEvidence[] {
  if (tests.form === 'check') return [NOT_RUN];
  return (tests.form === 'assert' ? tests.assertions : tests.tests).map(() => NOT_RUN);
}

function summarise(tests: readonly TestEvidence[]): string {
  const at = tests.findIndex(({ status }) => status !== 'passed');
  if (at < 0) return `all ${tests.length} tests passed`;
  const { status, detail } = tests[at]!;
  return `test ${at + 1} of ${tests.length}: ${status}${detail ? `: ${detail}` : ''}`.replace(/\s*\n\s*/g, ' | ');
}

function late(sandbox: Sandbox['name'], deadlineMs: number, durationMs: number): CodeJudgement {
  return {
    verdict: 'infrastructure-error',
    reward: null,
    extracted: null,
    evidence: `not judged before the deadline of ${deadlineMs} ms`,
    durationMs,
    tests: { passed: 0, failed: 0, total: 0 },
    testEvidence: [],
    sandbox,
  };
}
