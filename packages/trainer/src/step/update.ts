import type { Learner, TokenScores, TrainingGroup } from '@or1/model';
import {
  adamWStep,
  assemblePolicyStep,
  compareLogProbabilities,
  decideUpdate,
  type LossNormalization,
  type LossReport,
  type LossSettings,
  learningRateAt,
  lossReport,
  type Mismatch,
  type PolicyStep,
  planOptimizerSteps,
  tokenWeights,
  weightsKnownBeforehand,
} from '@or1/optimizer';
import type { RunConfiguration } from '../configuration/schema.ts';
import type { Stage } from '../configuration/stages.ts';
import type { Policy } from '../ports.ts';
import type { JudgedGroup } from './sort-judgements.ts';

/** A group that is trained on, with one advantage a response. */
export interface KeptGroup {
  readonly judged: JudgedGroup;
  readonly advantages: Float64Array;
}

export interface OptimizerStepReport {
  readonly loss: LossReport;
  readonly gradientNorm: number;
  readonly learningRate: number;
  /** Why the update was refused, or null. */
  readonly refused: string | null;
}

export interface UpdateReport {
  readonly steps: readonly OptimizerStepReport[];
  /** Learner against sampler under the same weights, over the tokens of the first optimizer step: really compared. */
  readonly mismatch: Mismatch;
  readonly trainedTokens: number;
  /** Optimizer steps of the run so far. */
  readonly optimizerSteps: number;
}

export interface UpdateInputs {
  readonly policy: Policy;
  readonly reference: Pick<Learner, 'score'> | null;
  readonly configuration: RunConfiguration;
  readonly stage: Stage;
  readonly settings: LossSettings;
  readonly entropyCoefficient: number;
  /** Optimizer steps of the run before this one. */
  readonly optimizerSteps: number;
}

/** Per kept group, its responses' token arrays; null where there is none. */
type GroupScores = readonly (readonly Float32Array[])[] | null;

function trainingGroup({ judged }: KeptGroup): TrainingGroup {
  return { prompt: judged.group.prompt.tokens, responses: judged.samples.map(({ rollout }) => rollout.tokens) };
}

/** Cuts flat scores (group order, response order, token order) back into responses. */
function cutScores(flat: Float32Array, kept: readonly KeptGroup[]): readonly (readonly Float32Array[])[] {
  let start = 0;
  return kept.map(({ judged }) =>
    judged.samples.map(({ rollout }) => {
      const end = start + rollout.tokens.length;
      const part = flat.slice(start, end);
      start = end;
      return part;
    }),
  );
}

function normalization(responses: number, inputs: UpdateInputs): LossNormalization {
  const { configuration, stage } = inputs;
  if (configuration.lossNormalization === 'report') return { kind: 'report' };
  const nominalResponses = (stage.promptsPerStep / stage.miniBatches) * stage.samplesPerPrompt;
  return { kind: 'released', microBatches: [responses], nominalResponses };
}

function assemble(
  part: readonly KeptGroup[],
  indices: readonly number[],
  old: GroupScores,
  reference: GroupScores,
  inputs: UpdateInputs,
  optimizerStep: number,
): PolicyStep {
  const responses = part.flatMap(({ judged, advantages }, place) =>
    judged.samples.map(({ rollout }, sample) => ({
      tokens: rollout.tokens.length,
      advantage: advantages[sample]!,
      old: old ? old[indices[place]!]![sample]! : null,
      sampler: rollout.logProbabilities,
      reference: reference ? reference[indices[place]!]![sample]! : null,
    })),
  );
  return assemblePolicyStep(responses, {
    entropyCoefficient: inputs.entropyCoefficient,
    normalization: normalization(responses.length, inputs),
    ...(inputs.settings.covariance ? { covariance: { settings: inputs.settings.covariance, draw: optimizerStep } } : {}),
  });
}

/**
 * The optimizer steps of one training step (N_SGD = mini-batches x reuse). With one of them the step is strictly on-policy: the ratio
 * is 1, the weights are known before the forward pass, and forward and backward are one pass. With several, old log-probabilities are
 * the sampler's where they are the learner's bit for bit, and are recomputed at the start of the step elsewhere.
 */
export async function updatePolicy(kept: readonly KeptGroup[], inputs: UpdateInputs): Promise<UpdateReport> {
  const { policy, reference, configuration, stage, settings } = inputs;
  const { learner } = policy;
  const options = { temperature: stage.temperature, suppressTokens: policy.suppressTokens };
  const plan = planOptimizerSteps({
    groups: kept.map((_, index) => index),
    miniBatches: stage.miniBatches,
    reuse: configuration.reuse,
    partition:
      configuration.lossNormalization === 'released' ? { kind: 'nominal', promptsPerStep: stage.promptsPerStep } : { kind: 'even' },
    shuffle: null,
  });

  const scoreAll = async (scorer: Pick<Learner, 'score'>) =>
    cutScores((await scorer.score(kept.map(trainingGroup), options)).logProbabilities, kept);
  const referenceScores: GroupScores = reference ? await scoreAll(reference) : null;
  let old: GroupScores = null;
  if (plan.length > 1) {
    old = policy.exactSampler
      ? kept.map(({ judged }) => judged.samples.map(({ rollout }) => rollout.logProbabilities))
      : await scoreAll(learner);
  }

  const steps: OptimizerStepReport[] = [];
  let mismatch: Mismatch | null = null;
  let trainedTokens = 0;
  let optimizerSteps = inputs.optimizerSteps;
  for (const indices of plan) {
    const part = indices.map((index) => kept[index]!);
    const step = assemble(part, indices, old, referenceScores, inputs, optimizerSteps);
    const weights = weightsKnownBeforehand(step, settings)
      ? tokenWeights(step, settings, null)
      : (scores: TokenScores, range: { start: number; end: number }) => tokenWeights(step, settings, scores.logProbabilities, range);
    learner.zeroGradients();
    const scores = await learner.accumulate(part.map(trainingGroup), options, weights);
    mismatch ??= compareLogProbabilities(scores.logProbabilities, step.sampler!);
    trainedTokens += step.tokens;

    const learningRate = learningRateAt(
      { kind: 'constant', peak: configuration.learningRate, warmUpSteps: configuration.warmupSteps },
      optimizerSteps,
    );
    const decision = decideUpdate(await learner.gradientNorm(), configuration.optimizer.gradientClip);
    if (decision.action === 'apply') {
      optimizerSteps++;
      learner.applyAdamW(adamWStep(configuration.optimizer, { t: optimizerSteps, learningRate, gradientScale: decision.gradientScale }));
    }
    steps.push({
      loss: lossReport(step, settings, scores),
      gradientNorm: decision.gradientNorm,
      learningRate,
      refused: decision.action === 'skip' ? decision.reason : null,
    });
  }
  return { steps, mismatch: mismatch!, trainedTokens, optimizerSteps };
}
