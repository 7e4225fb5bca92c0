import pLimit from 'p-limit';
import * as z from 'zod';
import { type JudgeResponse, rule } from '../judges.ts';
import { type CurationItem, KEEP, type Outcome, type Stage, type StageContext } from '../stage.ts';

export const answerOptions = z.strictObject({
  /** What becomes of a problem whose solution marks no answer (no box, no `####`, no "answer is") and does not end in the stated one. */
  unmarked: z.enum(['drop', 'keep']).default('drop'),
});

export interface AnswerServices {
  /** Judges a worked solution by the record's stated answers. */
  readonly judge: JudgeResponse;
  /** Name and version of the verifier: another one is asked again. */
  readonly verifier: string;
  /** Solutions judged at the same time. */
  readonly concurrency: number;
}

/** A worked solution says where its answer is. */
const MARK = /\\f?boxed|\\fbox|####|\banswer\b/i;

/**
 * Takes the answer from a math problem's solution anew and keeps the problem only where it equals the stated one (report, section 6.1). A
 * problem without a solution stays. Of several solutions one that agrees is enough.
 */
export function answerStage(options: z.infer<typeof answerOptions>, services: AnswerServices): Stage {
  return {
    name: 'answers',
    version: 1,
    scope: 'record',
    options,
    inputs: [services.verifier],
    applies: ({ record, solutions }) => record.ability === 'math' && solutions.length > 0,
    judge: (items, context) => judgeItems(items, context, options, services),
  };
}

async function judgeItems(
  items: readonly CurationItem[],
  { signal, progress }: StageContext,
  options: z.infer<typeof answerOptions>,
  services: AnswerServices,
): Promise<readonly Outcome[]> {
  const limit = pLimit(services.concurrency);
  let done = 0;
  return Promise.all(
    items.map((item) =>
      limit(async () => {
        const outcome = await judgeItem(item, signal, options, services);
        progress(++done);
        return outcome;
      }),
    ),
  );
}

async function judgeItem(
  { record, solutions }: CurationItem,
  signal: AbortSignal,
  { unmarked }: z.infer<typeof answerOptions>,
  { judge }: AnswerServices,
): Promise<Outcome> {
  let answer: string | null = null;
  let failure: string | null = null;
  let isMarked = false;
  for (const solution of solutions) {
    const ruling = await rule(judge, solution, record, signal);
    if (ruling.verdict === 'correct') return KEEP;
    if (ruling.verdict === 'unverifiable') return { verdict: 'drop', reason: 'stated answer cannot be read', detail: ruling.evidence };
    if (ruling.verdict === 'infrastructure-error') failure ??= ruling.evidence;
    else if (MARK.test(solution)) {
      isMarked = true;
      answer ??= ruling.extracted;
    }
  }
  if (isMarked)
    return {
      verdict: 'drop',
      reason: 'solution gives another answer',
      detail: `stated ${record.reward_model.ground_truth}, in the solution ${answer ?? 'none'}`,
    };
  if (failure !== null) return { verdict: 'failed', reason: 'the math verifier failed', detail: failure };
  return unmarked === 'keep'
    ? KEEP
    : { verdict: 'drop', reason: 'no answer found in the solution', detail: `stated ${record.reward_model.ground_truth}` };
}
