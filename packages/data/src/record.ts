import * as z from 'zod';

/**
 * One problem in the schema of Skywork-OR1-RL-Data (report, section 6). The field names are the data set's own, so a record written
 * by this package opens in every tool that reads that data.
 */

export const messageSchema = z.looseObject({ role: z.string().min(1), content: z.string() });

export const problemRecordSchema = z.looseObject({
  data_source: z.string().min(1),
  prompt: z.array(messageSchema).min(1),
  ability: z.string().min(1),
  reward_model: z.looseObject({ style: z.string(), ground_truth: z.string().min(1) }),
  extra_info: z.looseObject({
    index: z.union([z.number(), z.string()]).optional(),
    model_difficulty: z.record(z.string(), z.number().nullable()).optional(),
  }),
});

export interface Message {
  readonly role: string;
  readonly content: string;
}

export interface ProblemRecord {
  /** Where the problem comes from, e.g. `train-math-deepscaler`; `-` separates levels, `;` lists alternatives inside a level. */
  readonly data_source: string;
  /** The conversation up to the answer; usually one user turn. */
  readonly prompt: readonly Message[];
  /** `math`, `code`, or a name of one's own. */
  readonly ability: string;
  readonly reward_model: {
    /** `rule` in all released rows. */
    readonly style: string;
    /** A string that may hold JSON; `decodeGroundTruth` says when it does. */
    readonly ground_truth: string;
  };
  readonly extra_info: ExtraInfo;
}

/** Wrong answers among 16 samples, so a greater number is a harder problem: 0 is always solved, 16 never. */
export type HigherIsHarder = number;

export interface ExtraInfo {
  readonly index?: number | string | undefined;
  /** Per model name, how hard the problem is for it; `null` where a model was not asked. */
  readonly model_difficulty?: Readonly<Record<string, HigherIsHarder | null>> | undefined;
  readonly [key: string]: unknown;
}

/** The text that the user reads: the last user turn, or the last turn where none is the user's. */
export function promptText(record: ProblemRecord): string {
  const turn = record.prompt.findLast((message) => message.role === 'user') ?? record.prompt.at(-1);
  return turn?.content ?? '';
}
