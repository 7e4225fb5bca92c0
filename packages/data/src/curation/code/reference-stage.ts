import pLimit from 'p-limit';
import * as z from 'zod';
import { type JudgeResponse, rule } from '../judges.ts';
import type { CurationItem, Outcome, Stage } from '../stage.ts';

export const referenceOptions = z.strictObject({
  /** Solutions tried a problem, in their order; the released script tries 32. */
  solutions: z.int().min(1).default(32),
  /** What becomes of a problem that comes with no solution at all. */
  without: z.enum(['drop', 'keep']).default('drop'),
});

export interface ReferenceServices {
  /** Runs a program against the record's tests; the program comes as a fenced block of Python. */
  readonly judge: JudgeResponse;
  /** Name and version of verifier and sandbox. */
  readonly verifier: string;
  /** Programs run at the same time. */
  readonly concurrency: number;
}

/** Runs reference solutions and keeps a problem when one of them passes all of its tests (report, section 6.1). */
export function referenceStage(options: z.infer<typeof referenceOptions>, services: ReferenceServices): Stage {
  return {
    name: 'references',
    version: 1,
    scope: 'record',
    options,
    inputs: [services.verifier],
    batchSize: 64,
    applies: ({ record }) => record.ability === 'code',
    judge(items, { signal, progress }) {
      const limit = pLimit(services.concurrency);
      let done = 0;
      return Promise.all(
        items.map((item) =>
          limit(async () => {
            const outcome = await judgeItem(item, signal, options, services.judge);
            progress(++done);
            return outcome;
          }),
        ),
      );
    },
  };
}

async function judgeItem(
  { record, solutions }: CurationItem,
  signal: AbortSignal,
  options: z.infer<typeof referenceOptions>,
  judge: JudgeResponse,
): Promise<Outcome> {
  if (solutions.length === 0) {
    return options.without === 'keep' ? { verdict: 'keep', note: { tried: 0 } } : { verdict: 'drop', reason: 'no reference solution' };
  }
  let refusal: string | null = null;
  let failure: string | null = null;
  for (const [index, solution] of solutions.slice(0, options.solutions).entries()) {
    signal.throwIfAborted();
    const ruling = await rule(judge, fenced(solution), record, signal);
    if (ruling.verdict === 'correct') return { verdict: 'keep', note: { tried: index + 1 } };
    if (ruling.verdict === 'unverifiable') return { verdict: 'drop', reason: 'tests cannot be run', detail: ruling.evidence };
    if (ruling.verdict === 'incorrect') refusal ??= ruling.evidence;
    else failure ??= ruling.evidence;
  }
  // A verifier that failed on one solution may have failed on the right one.
  if (failure !== null) return { verdict: 'failed', reason: 'the code verifier failed', detail: failure };
  return { verdict: 'drop', reason: 'reference solution fails its tests', detail: refusal! };
}

/** A solution as a response that the code verifier reads, unless it is one already. */
function fenced(solution: string): string {
  return /^```/m.test(solution) ? solution : `\`\`\`python\n${solution}\n\`\`\``;
}
