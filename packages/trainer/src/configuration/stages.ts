import { InputError } from '../errors.ts';
import type { RunConfiguration, StageConfiguration } from './schema.ts';

/** What a stage trains with, every value filled in. */
export interface StageSettings {
  readonly contextLength: number;
  readonly promptsPerStep: number;
  readonly samplesPerPrompt: number;
  readonly miniBatches: number;
  readonly temperature: number;
}

/** One stage of a run; it covers steps `start` + 1 … `end`. */
export interface Stage extends StageSettings {
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/** A stage's own values over the run's. */
export function stageSettings(configuration: RunConfiguration, stage: Partial<StageConfiguration>): StageSettings {
  return {
    contextLength: stage.contextLength ?? configuration.contextLength,
    promptsPerStep: stage.promptsPerStep ?? configuration.promptsPerStep,
    samplesPerPrompt: stage.samplesPerPrompt ?? configuration.samplesPerPrompt,
    miniBatches: stage.miniBatches ?? configuration.miniBatches,
    temperature: stage.temperature ?? configuration.temperature,
  };
}

/**
 * The stages of a run in order, cut at `steps` where that is given; steps beyond the last stage's end prolong the last stage. A
 * configuration without stages is one stage.
 */
export function resolveStages(configuration: RunConfiguration): readonly Stage[] {
  const planned = configuration.stages.reduce((sum, stage) => sum + stage.steps, 0);
  const total = configuration.steps ?? planned;
  if (total === 0) throw new InputError('the number of steps is open: give --set steps=N');
  const parts = configuration.stages.length > 0 ? configuration.stages : [{ steps: total }];
  const stages: Stage[] = [];
  let start = 0;
  for (const [index, part] of parts.entries()) {
    if (start >= total) break;
    const end = index === parts.length - 1 ? total : Math.min(start + part.steps, total);
    stages.push({ index, start, end, ...stageSettings(configuration, part) });
    start = end;
  }
  return stages;
}

/**
 * Fixes the number of steps where `epochs` bounds it: the run ends before it would deal more than `epochs` times the data.
 *
 * @param size problems before one repeats; null where they are generated without end
 * @throws InputError when the bound leaves no step, or bounds nothing.
 */
export function settleSteps(configuration: RunConfiguration, size: number | null): RunConfiguration {
  const { epochs, steps, stages } = configuration;
  if (epochs === null) return { ...configuration, steps: totalSteps(resolveStages(configuration)) };
  if (size === null) {
    if (steps === null && stages.length === 0)
      throw new InputError('epochs bounds nothing: the problems are generated without end; give --set steps=N');
    return { ...configuration, steps: totalSteps(resolveStages(configuration)) };
  }
  let prompts = epochs * size;
  let settled = 0;
  for (const stage of resolveStages({ ...configuration, steps: steps ?? (stages.length > 0 ? null : Number.MAX_SAFE_INTEGER) })) {
    const affordable = Math.min(stage.end - stage.start, Math.floor(prompts / stage.promptsPerStep));
    settled += affordable;
    prompts -= affordable * stage.promptsPerStep;
    if (affordable < stage.end - stage.start) break;
  }
  if (settled === 0)
    throw new InputError(
      `${epochs} epochs of ${size} problems are less than one step of ${configuration.promptsPerStep} prompts; lower promptsPerStep`,
    );
  return { ...configuration, steps: settled };
}

/** Training steps of the whole run. */
export function totalSteps(stages: readonly Stage[]): number {
  return stages.at(-1)!.end;
}

/** The stage that step number `step` (from 1) belongs to. */
export function stageOfStep(stages: readonly Stage[], step: number): Stage {
  return stages.find((stage) => step <= stage.end) ?? stages.at(-1)!;
}
