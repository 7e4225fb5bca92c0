import * as z from 'zod';
import { answerOptions, answerStage } from './answers/answer-stage.ts';
import { referenceOptions, referenceStage } from './code/reference-stage.ts';
import { testSuiteOptions, testSuiteStage } from './code/test-suite-stage.ts';
import { difficultyOptions, difficultyStage } from './difficulty/difficulty-stage.ts';
import type { Solver } from './difficulty/solver.ts';
import type { Embedder } from './embedding/embedder.ts';
import { embeddingOptions, embeddingStage } from './embedding/embedding-stage.ts';
import { hashedNgramEmbedder } from './embedding/hashed-ngrams.ts';
import type { ChatEndpoint } from './endpoint/chat-endpoint.ts';
import type { JudgeResponse } from './judges.ts';
import { normaliseOptions, normaliseStage } from './normalise.ts';
import { qualityOptions, qualityStage } from './quality/quality-stage.ts';
import type { Stage } from './stage.ts';
import type { EvaluationText } from './text/contamination.ts';
import { decontaminationOptions, decontaminationStage } from './text/decontamination-stage.ts';
import { duplicateOptions, duplicateStage } from './text/duplicate-stage.ts';
import { filterOptions, filterStage } from './text/filter-stage.ts';

export interface JudgeService {
  readonly judge: JudgeResponse;
  /** Name and version of the verifier. */
  readonly verifier: string;
  readonly concurrency: number;
}

/** Where a model is: a folder that our own engine opens, or a model behind one of the configured endpoints. */
const modelChoice = z.union([
  z.strictObject({ folder: z.string().min(1), name: z.string().min(1).optional() }),
  z.strictObject({ endpoint: z.string().min(1), model: z.string().min(1) }),
]);

export type ModelChoice = z.infer<typeof modelChoice>;

/** What stages may ask of the application; each is opened only when a stage wants it. */
export interface StageServices {
  mathJudge(): Promise<JudgeService>;
  /** Runs the programs that come with problems. */
  referenceJudge(): Promise<JudgeService>;
  /** Judges records of every ability that has a verifier. */
  judge(): Promise<JudgeService>;
  solver(model: ModelChoice): Promise<Solver>;
  /** A sentence transformer in a local folder. */
  embedder(folder: string): Promise<Embedder>;
  endpoint(name: string): Promise<{ readonly endpoint: ChatEndpoint; readonly url: string }>;
  /** Problems that must not be trained on. */
  evaluations(): Promise<readonly EvaluationText[]>;
}

interface StageMaker {
  readonly about: string;
  make(options: unknown, services: StageServices): Promise<Stage>;
}

/** The stages that a configuration may name. */
const catalogue: Readonly<Record<string, StageMaker>> = {
  normalise: maker('one form for text and answers; records that no verifier could use go', normaliseOptions, (options) =>
    normaliseStage(options),
  ),
  answers: maker('the answer in the solution must be the stated one', answerOptions, async (options, services) =>
    answerStage(options, await services.mathJudge()),
  ),
  duplicates: maker('problems stated before, in the same source or in any', duplicateOptions, (options) => duplicateStage(options)),
  filters: maker('addresses, figures, proofs, multiple choice, several parts', filterOptions, (options) => filterStage(options)),
  decontamination: maker('problems of the evaluation sets', decontaminationOptions, async (options, services) =>
    decontaminationStage(options, await services.evaluations()),
  ),
  'test-suites': maker('code: empty, short and corrupt test suites go', testSuiteOptions, (options) => testSuiteStage(options)),
  references: maker('code: a reference solution must pass all tests', referenceOptions, async (options, services) =>
    referenceStage(options, await services.referenceJudge()),
  ),
  'embedding-duplicates': maker(
    'code: problems whose embeddings are alike',
    embeddingOptions.extend({ folder: z.string().min(1).optional() }),
    async ({ folder, ...options }, services) =>
      embeddingStage(options, folder === undefined ? hashedNgramEmbedder() : await services.embedder(folder)),
  ),
  difficulty: maker(
    'answers drawn from a model: problems never or always solved go',
    difficultyOptions.extend({ model: modelChoice }),
    async ({ model, ...options }, services) =>
      difficultyStage(options, { solver: await services.solver(model), ...(await services.judge()) }),
  ),
  quality: maker(
    'two or more judges vote on each math problem',
    qualityOptions.extend({ judges: z.array(z.strictObject({ endpoint: z.string().min(1), model: z.string().min(1) })).min(2) }),
    async ({ judges, ...options }, services) =>
      qualityStage(
        options,
        await Promise.all(judges.map(async ({ endpoint, model }) => ({ model, ...(await services.endpoint(endpoint)) }))),
      ),
  ),
};

function maker<Options>(
  about: string,
  schema: z.ZodType<Options>,
  make: (options: Options, services: StageServices) => Stage | Promise<Stage>,
): StageMaker {
  return {
    about,
    async make(options, services) {
      const checked = schema.safeParse(options);
      if (checked.success) return make(checked.data, services);
      throw new Error(checked.error.issues.map(({ path, message }) => `${path.join('.') || 'options'}: ${message}`).join('; '));
    },
  };
}

/** The stages a configuration may name, each with one line about it. */
export const knownStages: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(catalogue).map(([name, { about }]) => [name, about]),
);

/** Makes a stage by its name. @throws Error naming the stage and the option at fault. */
export async function makeStage(name: string, options: unknown, services: StageServices): Promise<Stage> {
  const found = catalogue[name];
  if (found === undefined) throw new Error(`there is no stage ${name}; known are ${Object.keys(catalogue).join(', ')}`);
  try {
    return await found.make(options, services);
  } catch (error) {
    throw new Error(`stage ${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
