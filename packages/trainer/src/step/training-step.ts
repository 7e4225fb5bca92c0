import type { PromptSampler } from '@or1/data';
import type { Learner } from '@or1/model';
import { controllerEntropy, type EntropyController, selectGroups } from '@or1/optimizer';
import type { Verifier } from '@or1/reward';
import type { RunConfiguration } from '../configuration/schema.ts';
import type { Stage } from '../configuration/stages.ts';
import type { Policy } from '../ports.ts';
import { type GeneratedGroups, generateAndJudge, type Watch } from './generate-and-judge.ts';
import { preparePrompt } from './prompts.ts';
import { optimizerSettings } from './settings.ts';
import { type SortedJudgements, sortJudgements } from './sort-judgements.ts';
import { entropyMetrics, rolloutMetrics, updateMetrics } from './statistics.ts';
import { type KeptGroup, type UpdateReport, updatePolicy } from './update.ts';

export interface StepContext {
  readonly policy: Policy;
  readonly reference: Pick<Learner, 'score'> | null;
  readonly verifier: Verifier;
  readonly configuration: RunConfiguration;
  readonly stage: Stage;
  readonly sampler: PromptSampler;
  readonly controller: EntropyController;
  /** Number of this training step, from 1. */
  readonly step: number;
  /** Optimizer steps of the run before this one. */
  readonly optimizerSteps: number;
}

export interface StepOutcome {
  readonly metrics: Readonly<Record<string, number>>;
  readonly generated: GeneratedGroups;
  readonly sorted: SortedJudgements;
  /** Per judged group: its advantages, and whether it was trained on. */
  readonly advantages: readonly Float64Array[];
  readonly kept: ReadonlySet<number>;
  /** Per judged group, whether every response was correct; for the stage filter. */
  readonly solved: readonly { readonly problem: string; readonly solved: boolean }[];
  readonly optimizerSteps: number;
  readonly skipped: { readonly reason: 'no-advantage' | 'non-finite-gradient'; readonly detail: string } | null;
  readonly trained: boolean;
  readonly trainedTokens: number;
  readonly trainMs: number;
}

/** What was refused of an update, in one line; null when every optimizer step was applied. */
function refusal(update: UpdateReport): string | null {
  const refused = update.steps.filter((step) => step.refused !== null);
  if (refused.length === 0) return null;
  return `${refused.length} of ${update.steps.length} optimizer steps refused: ${refused[0]!.refused}`;
}

/**
 * One training step, in the order of the report: deal, sample (verification overlapping), solve counts, advantages, rejection, entropy
 * coefficient, update, controller. A step without any advantage takes no update and leaves the controller alone; it still counts as a
 * step, so that a run's length is known (the released code draws again without counting).
 *
 * @throws InterruptedError while sampling, before anything but the sampler's position has changed.
 */
export async function takeTrainingStep(context: StepContext, watch: Watch): Promise<StepOutcome> {
  const { policy, configuration, stage, controller, step } = context;
  const settings = optimizerSettings(configuration, stage);
  const prompts = context.sampler.deal(stage.promptsPerStep).map((dealt) => preparePrompt(dealt, policy.text));
  const generated = await generateAndJudge(
    policy,
    context.verifier,
    prompts,
    {
      samplesPerPrompt: stage.samplesPerPrompt,
      contextLength: stage.contextLength,
      sampling: { temperature: stage.temperature, topK: 0, topP: 1, minP: 0 },
      seed: configuration.seed,
      step,
      judgeTruncated: configuration.judgeTruncated,
      phase: 'rollout',
    },
    watch,
  );

  const sorted = sortJudgements(generated.groups);
  const selection = selectGroups(
    sorted.judged.map(({ responses }) => responses),
    settings,
  );
  const outcome = {
    generated,
    sorted,
    advantages: selection.advantages,
    kept: new Set(selection.kept),
    solved: selection.statistics.perGroup.map(({ correct, responses }, index) => ({
      problem: sorted.judged[index]!.group.prompt.id,
      solved: correct === responses,
    })),
  };
  const metrics = rolloutMetrics(generated, sorted, selection);
  if (selection.empty) {
    const detail = `none of ${prompts.length} groups has an advantage`;
    const skipped = { reason: 'no-advantage', detail } as const;
    return { ...outcome, metrics, skipped, trained: false, trainedTokens: 0, trainMs: 0, optimizerSteps: context.optimizerSteps };
  }

  watch.onProgress?.({ phase: 'training' });
  const start = performance.now();
  const kept: KeptGroup[] = selection.kept.map((index) => ({ judged: sorted.judged[index]!, advantages: selection.advantages[index]! }));
  const rollouts = kept.flatMap(({ judged }) => judged.samples.map(({ rollout }) => rollout));
  const { coefficient } = controller.state;
  const entropyCoefficient = controller.begin(controllerEntropy(controller.settings.mode, rollouts));
  const update = await updatePolicy(kept, {
    policy,
    reference: context.reference,
    configuration,
    stage,
    settings,
    entropyCoefficient,
    optimizerSteps: context.optimizerSteps,
  });
  const refused = refusal(update);
  const trained = update.optimizerSteps > context.optimizerSteps;
  if (trained) controller.end();
  return {
    ...outcome,
    metrics: {
      ...metrics,
      ...entropyMetrics(kept, coefficient, entropyCoefficient, controller.settings),
      ...updateMetrics(kept, update),
    },
    skipped: refused === null ? null : { reason: 'non-finite-gradient', detail: refused },
    trained,
    trainedTokens: update.trainedTokens,
    trainMs: performance.now() - start,
    optimizerSteps: update.optimizerSteps,
  };
}
