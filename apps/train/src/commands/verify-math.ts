import { type ExtractTarget, type MathJudgement, type MathOptions, verifyMath } from '@or1/reward/math';
import { InputError } from '@or1/trainer';
import type { Command } from 'commander';
import { z } from 'zod';
import { addCommonOptions, type CommonOptions } from '../cli/common-options.ts';
import { createOutput, type Output } from '../cli/output.ts';
import { stdinLines } from '../stdin-lines.ts';

const PROGRESS_MS = 1_000;

const targets = z.array(z.enum(['latex', 'expr', 'string'] satisfies readonly ExtractTarget[])).min(1);

/** One line of input; other fields are ignored. */
const caseSchema = z.object({
  id: z.union([z.string(), z.number()]),
  response: z.string(),
  gold: z.union([z.string(), z.array(z.string()).min(1)]),
  extract: z.object({ gold: targets.optional(), response: targets.optional() }).optional(),
  float_rounding: z.int().min(0).max(100).optional(),
  strict: z.boolean().optional(),
});

type MathCase = z.infer<typeof caseSchema>;

interface VerifyMathFlags extends CommonOptions {
  readonly explain?: string;
}

function readCase(line: string, number: number): MathCase {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new InputError(`stdin line ${number}: not JSON; give {"id": …, "response": "…", "gold": "…"}, one object a line`, {
      cause: error,
    });
  }
  const parsed = caseSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') || 'the line';
  throw new InputError(
    `stdin line ${number}: ${field}: ${issue?.message}; give {"id": …, "response": "…", "gold": "…"}, one object a line`,
  );
}

function judge({ response, gold, extract, float_rounding, strict }: MathCase): MathJudgement {
  const options: MathOptions = {
    ...(extract === undefined
      ? {}
      : { extract: { ...(extract.gold && { gold: extract.gold }), ...(extract.response && { response: extract.response }) } }),
    ...(float_rounding === undefined ? {} : { floatRounding: float_rounding }),
    ...(strict === undefined ? {} : { strict }),
  };
  return verifyMath(response, gold, options);
}

const toRecord = (id: string | number, judgement: MathJudgement): object => ({
  id,
  verdict: judgement.verdict,
  extracted: judgement.extracted,
  ms: Number(judgement.durationMs.toFixed(3)),
  evidence: judgement.evidence,
});

/** All evidence of one case, for a person. */
function explain(output: Output, entry: MathCase, judgement: MathJudgement): void {
  if (output.json) {
    output.record({ ...toRecord(entry.id, judgement), ...judgement.details });
    return;
  }
  const { source, range, goldForms, responseForm, rule, steps } = judgement.details;
  const golds = typeof entry.gold === 'string' ? [entry.gold] : entry.gold;
  const lines = [
    `case       ${entry.id}: ${judgement.verdict}`,
    `rule       ${rule}`,
    `response   ${entry.response.length} characters`,
    `extracted  ${judgement.extracted === null ? 'nothing' : `${JSON.stringify(judgement.extracted)} (${source}, characters ${range?.join(' to ') ?? '-'})`}`,
    `read as    ${responseForm ?? 'no mathematics'}`,
    ...golds.map((gold, index) => `gold       ${JSON.stringify(gold)} read as ${goldForms[index]}`),
    `cost       ${judgement.durationMs.toFixed(2)} ms, ${steps} steps`,
  ];
  output.say(lines.join('\n'));
}

async function verifyMathCommand(flags: VerifyMathFlags): Promise<void> {
  const output = createOutput(flags.json);
  const started = performance.now();
  let told = started;
  let judged = 0;
  let number = 0;
  for await (const line of stdinLines()) {
    number++;
    if (line.trim() === '') continue;
    const entry = readCase(line, number);
    if (flags.explain !== undefined) {
      if (String(entry.id) !== flags.explain) continue;
      explain(output, entry, judge(entry));
      return;
    }
    output.record(toRecord(entry.id, judge(entry)));
    judged++;
    if (performance.now() - told > PROGRESS_MS) {
      told = performance.now();
      process.stderr.write(`${judged} judged, ${Math.round(judged / ((told - started) / 1000))} a second\n`);
    }
  }
  if (flags.explain !== undefined) throw new InputError(`no case on stdin has the id ${flags.explain}; name one of the ids of its lines`);
}

/** Adds `or1 verify math`. */
export function register(verify: Command): void {
  addCommonOptions(verify.command('math'))
    .description('judges mathematical answers: {id, response, gold} a line in, {id, verdict, extracted, ms, evidence} a line out')
    .option('--explain <id>', 'prints all evidence of one case and judges no other')
    .action((flags: VerifyMathFlags) => verifyMathCommand(flags));
}
