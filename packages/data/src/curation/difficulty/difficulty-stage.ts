import * as z from 'zod';
import type { HigherIsHarder, ProblemRecord } from '../../record.ts';
import { type JudgeResponse, type Ruling, rule } from '../judges.ts';
import type { CurationItem, Outcome, Stage, StageContext } from '../stage.ts';
import type { Solved, Solver } from './solver.ts';

export const difficultyOptions = z.strictObject({
  /** Answers drawn a problem, by ability (report, section 6.2). */
  samples: z.record(z.string(), z.int().min(1)).default({ math: 16, code: 8 }),
  /** For abilities not named. */
  otherSamples: z.int().min(1).default(16),
  temperature: z.number().min(0).default(1),
  maxTokens: z.int().min(1).default(32_768),
  /** False keeps problems that are always or never solved, with their difficulty on record. */
  drop: z.boolean().default(true),
});

export type DifficultyOptions = z.infer<typeof difficultyOptions>;

/** The scale of the released data: wrong answers out of 16. Code's 8 samples count double, so that one filter, 1 to 15, fits both. */
export const DIFFICULTY_SCALE = 16;

export interface DifficultyServices {
  readonly solver: Solver;
  readonly judge: JudgeResponse;
  readonly verifier: string;
}

/**
 * How hard each problem is for one model: N answers, each judged. Problems never solved and problems always solved teach nothing and go (report,
 * section 6.2); the others get the share of wrong answers under the model's name.
 */
export function difficultyStage(options: DifficultyOptions, services: DifficultyServices): Stage {
  return {
    name: `difficulty-${services.solver.model.replace(/[^\w.-]+/g, '_')}`,
    version: 1,
    scope: 'record',
    options,
    inputs: [services.solver.fingerprint, services.verifier],
    batchSize: 32,
    judge: (items, context) => judgeItems(items, context, options, services),
  };
}

async function judgeItems(
  items: readonly CurationItem[],
  { signal, progress }: StageContext,
  options: DifficultyOptions,
  { solver, judge }: DifficultyServices,
): Promise<readonly Outcome[]> {
  const outcomes = new Array<Outcome>(items.length);
  const samplesOf = ({ record }: CurationItem) => options.samples[record.ability] ?? options.otherSamples;
  let answered = 0;
  const total = items.reduce((sum, item) => sum + samplesOf(item), 0);
  const onAnswer = () => progress((items.length * ++answered) / total);
  for (const [samples, indices] of Map.groupBy(items.keys(), (index) => samplesOf(items[index]!))) {
    const problems = indices.map((index) => ({ hash: items[index]!.hash, prompt: items[index]!.record.prompt }));
    const { temperature, maxTokens } = options;
    const solved = await solver.answer({ problems, samples, temperature, maxTokens, signal, onAnswer });
    await Promise.all(
      indices.map(async (index, position) => {
        outcomes[index] = await outcomeOf(items[index]!, solved[position]!, options.drop, solver.model, judge, signal);
      }),
    );
  }
  return outcomes;
}

async function outcomeOf(
  { record }: CurationItem,
  solved: Solved,
  drop: boolean,
  model: string,
  judge: JudgeResponse,
  signal: AbortSignal,
): Promise<Outcome> {
  if ('refused' in solved) return { verdict: 'drop', reason: 'the model cannot read it', detail: solved.refused };
  if ('failed' in solved) return { verdict: 'failed', reason: 'no answers from the model', detail: solved.failed };
  const rulings = await Promise.all(
    solved.answers.map(({ text, finish }): Ruling | Promise<Ruling> =>
      finish === 'length' ? { verdict: 'incorrect', extracted: null, evidence: 'cut off' } : rule(judge, text, record, signal),
    ),
  );
  const broken = rulings.find(({ verdict }) => verdict === 'infrastructure-error');
  if (broken !== undefined) return { verdict: 'failed', reason: 'a verifier failed', detail: broken.evidence };
  const fault = rulings.find(({ verdict }) => verdict === 'unverifiable');
  if (fault !== undefined) return { verdict: 'drop', reason: 'cannot be verified', detail: fault.evidence };
  const right = rulings.filter(({ verdict }) => verdict === 'correct').length;
  const note = { solved: right, of: rulings.length };
  const known = withDifficulty(record, model, difficultyOf(right, rulings.length));
  const detail = `${right} of ${rulings.length} by ${model}`;
  if (drop && right === 0) return { verdict: 'drop', reason: 'never solved', detail, record: known };
  if (drop && right === rulings.length) return { verdict: 'drop', reason: 'always solved', detail, record: known };
  return { verdict: 'keep', note, record: known };
}

/** Wrong answers on the scale of 16; only never and always solved problems reach its ends. */
export function difficultyOf(right: number, samples: number): HigherIsHarder {
  if (right === 0) return DIFFICULTY_SCALE;
  if (right === samples) return 0;
  const scaled = Math.round((DIFFICULTY_SCALE * (samples - right)) / samples);
  return Math.min(DIFFICULTY_SCALE - 1, Math.max(1, scaled));
}

function withDifficulty(record: ProblemRecord, model: string, difficulty: HigherIsHarder): ProblemRecord {
  const { extra_info } = record;
  return { ...record, extra_info: { ...extra_info, model_difficulty: { ...extra_info.model_difficulty, [model]: difficulty } } };
}
