import { PromptSampler } from '@or1/data';
import type { Learner } from '@or1/model';
import { EntropyController } from '@or1/optimizer';
import { collectGarbage, peakMemoryBytes } from '#host';
import type { RunConfiguration } from './configuration/schema.ts';
import { resolveStages, type Stage, stageOfStep, totalSteps } from './configuration/stages.ts';
import { InterruptedError } from './errors.ts';
import { evaluationProblems } from './evaluation/evaluate.ts';
import { evaluateRun } from './evaluation/evaluate-run.ts';
import type { EventBody, RunEvent } from './events/schema.ts';
import type { TrainingParts } from './ports.ts';
import { keepCheckpoints, writeCheckpoint } from './run-folder/checkpoints.ts';
import { EventLog } from './run-folder/event-log.ts';
import { type Restored, restoreRun } from './run-folder/restore.ts';
import { writeRolloutDump } from './run-folder/rollout-dumps.ts';
import { type RunState, runStateSchema } from './run-state.ts';
import { dumpOf } from './step/dump.ts';
import type { Watch } from './step/generate-and-judge.ts';
import { SolveHistory } from './step/solve-history.ts';
import { type StepOutcome, takeTrainingStep } from './step/training-step.ts';

export interface TrainOptions extends Watch {
  readonly runFolder: string;
  /** With `steps` settled (see `settleSteps`). */
  readonly configuration: RunConfiguration;
  readonly parts: TrainingParts;
  /** Value of `performance.now()` at which the session's clock starts; default: now. */
  readonly startedMs?: number;
  /** Called after each event is in the log. */
  readonly onEvent?: (event: RunEvent) => void;
}

/**
 * Runs a configuration to its end, or goes on with what the run folder holds: from its last complete checkpoint, or from step 0 where
 * there is none. Whatever was interrupted, killed or never begun, the run ends in the same weights, moments and events (but for their
 * `clock`) as if nothing had happened, on devices that compute the same bits every time.
 *
 * @throws InterruptedError after the signal aborted and a checkpoint of the last completed step was written.
 */
export async function train(options: TrainOptions): Promise<void> {
  const restored = await restoreRun(options.runFolder, runStateSchema);
  if (restored) await options.parts.policy.store.load(restored.checkpoint.path);
  const log = await EventLog.open(options.runFolder, options.startedMs);
  try {
    await new TrainingRun(options, log, restored).run();
  } finally {
    await log.close();
  }
}

class TrainingRun {
  readonly #options: TrainOptions;
  readonly #log: EventLog;
  readonly #stages: readonly Stage[];
  readonly #sampler: PromptSampler;
  readonly #controller: EntropyController;
  readonly #solved: SolveHistory;
  #step: number;
  #stage: number;
  #optimizerSteps: number;
  /** The state after the last completed piece of work; what a checkpoint holds. */
  #committed: RunState;
  #reference: Pick<Learner, 'score'> | null = null;

  constructor(options: TrainOptions, log: EventLog, restored: Restored<RunState> | null) {
    const { configuration, parts } = options;
    const state = restored?.state;
    this.#options = options;
    this.#log = log;
    this.#stages = resolveStages(configuration);
    this.#sampler = new PromptSampler(parts.source, state?.sampler ?? { seed: configuration.seed });
    this.#controller = new EntropyController(configuration.entropy, state?.entropy);
    this.#solved = new SolveHistory(state?.solved);
    this.#step = state?.step ?? 0;
    this.#stage = state?.stage ?? 0;
    this.#optimizerSteps = state?.optimizerSteps ?? 0;
    this.#committed = this.#snapshot();
  }

  async run(): Promise<void> {
    const { configuration, parts } = this.#options;
    const total = totalSteps(this.#stages);
    try {
      if (configuration.kl.beta > 0) this.#reference = await parts.openReference();
      if (this.#step === 0) await this.#begin(total);
      else await this.#afterStep(total);
      while (this.#step < total) {
        await this.#takeStep();
        await this.#afterStep(total);
      }
      if (!this.#log.events.some(({ event }) => event === 'run-end')) {
        await this.#emit({ event: 'run-end', step: this.#step, clock: { peak_memory_bytes: peakMemoryBytes() } });
      }
    } catch (error) {
      // Sampling and evaluating change nothing that a checkpoint holds, so the weights still are those of the last completed work.
      if (error instanceof InterruptedError) await this.#checkpoint();
      throw error;
    }
  }

  #snapshot(): RunState {
    return {
      version: 1,
      step: this.#step,
      stage: this.#stage,
      optimizerSteps: this.#optimizerSteps,
      entropy: this.#controller.state,
      sampler: this.#sampler.state,
      solved: this.#solved.state,
      events: this.#log.events.length,
    };
  }

  #commit(): void {
    this.#committed = this.#snapshot();
  }

  async #emit(body: EventBody): Promise<void> {
    const event = await this.#log.append(body);
    this.#options.onEvent?.(event);
  }

  #checkInterrupt(): void {
    if (this.#options.signal?.aborted) throw new InterruptedError(`interrupted after step ${this.#step}`);
  }

  async #begin(total: number): Promise<void> {
    const { configuration, parts } = this.#options;
    if (this.#log.events.length === 0) {
      const { description: device, threads } = parts.policy.device;
      await this.#emit({
        event: 'run-start',
        kind: 'train',
        preset: configuration.preset,
        configuration,
        total_steps: total,
        parameters: parts.policy.learner.parameterCount,
        clock: { device, threads },
      });
      this.#commit();
    }
    await this.#evaluate('base');
  }

  /** What is due once `#step` steps are done; what the log already holds is not done again. */
  async #afterStep(total: number): Promise<void> {
    const { evalEvery, checkpointEvery, selectedStep } = this.#options.configuration;
    const due = (every: number) => every > 0 && this.#step % every === 0;
    if (this.#step === total) await this.#evaluate('final');
    else if (due(evalEvery)) await this.#evaluate('interval');

    const isDue = this.#step === total || due(checkpointEvery) || this.#step === selectedStep;
    if (isDue) {
      if (!this.#hasEvent('checkpoint-written')) {
        this.#options.onProgress?.({ phase: 'checkpoint' });
        const start = performance.now();
        const { bytes } = await this.#checkpoint();
        const clock = { write_s: (performance.now() - start) / 1000, bytes };
        await this.#emit({ event: 'checkpoint-written', step: this.#step, path: `checkpoints/step-${this.#step}`, clock });
      }
      await keepCheckpoints(this.#options.runFolder, this.#checkpointsToKeep());
    }
    this.#checkInterrupt();
  }

  /** The newest of the regular checkpoints and the selected one; an interrupt's own has done its duty by then. */
  #checkpointsToKeep(): ReadonlySet<number> {
    const { keepCheckpoints: count, selectedStep } = this.#options.configuration;
    const regular = this.#log.events.flatMap((event) => (event.event === 'checkpoint-written' ? [event.step] : []));
    return new Set([...regular.slice(-count), ...regular.filter((step) => step === selectedStep)]);
  }

  #hasEvent(name: 'checkpoint-written' | 'evaluation-end' | 'stage-start'): boolean {
    return this.#log.events.some((event) => event.event === name && event.step === this.#step);
  }

  async #checkpoint(): Promise<{ readonly bytes: number }> {
    const { runFolder, parts } = this.#options;
    // The log must reach the disk before a checkpoint that counts its events.
    await this.#log.sync();
    return writeCheckpoint(runFolder, this.#committed.step, this.#committed, (folder) => parts.policy.store.save(folder));
  }

  async #evaluate(label: 'base' | 'interval' | 'final'): Promise<void> {
    const { configuration, parts, runFolder } = this.#options;
    if (configuration.eval.problems === 0 || this.#hasEvent('evaluation-end')) return;
    // Base and final are told at the last stage's T; in between, the stage's own (as the report's validation).
    const stage = label === 'interval' ? stageOfStep(this.#stages, this.#step) : this.#stages.at(-1)!;
    const problems = evaluationProblems(parts.heldOut, configuration.eval.problems, parts.policy);
    const evaluation = { runFolder, step: this.#step, label, contextLength: stage.contextLength, problems };
    for (const event of await evaluateRun(parts, configuration, evaluation, this.#options)) await this.#emit(event);
    this.#commit();
  }

  async #beginStage(stage: Stage): Promise<void> {
    if (stage.index > this.#stage) {
      const solved = this.#solved.solved(this.#options.configuration.stageFilter);
      if (this.#sampler.size !== null && solved.length >= this.#sampler.size) {
        throw new Error(
          `stage ${stage.index}: every prompt was solved in the stage before, nothing is left to train on; bring harder data or set stageFilter=off`,
        );
      }
      this.#sampler.beginStage([...this.#sampler.state.excluded, ...solved]);
      this.#solved.clear();
      this.#stage = stage.index;
    }
    await this.#emit({
      event: 'stage-start',
      step: this.#step,
      stage: stage.index,
      steps: stage.end - stage.start,
      context_length: stage.contextLength,
      prompts_per_step: stage.promptsPerStep,
      samples_per_prompt: stage.samplesPerPrompt,
      mini_batches: stage.miniBatches,
      temperature: stage.temperature,
      filtered_prompts: this.#sampler.state.excluded.length,
      clock: {},
    });
  }

  async #takeStep(): Promise<void> {
    const { configuration, parts, runFolder } = this.#options;
    const step = this.#step + 1;
    const stage = stageOfStep(this.#stages, step);
    const start = performance.now();
    if (stage.start === this.#step) await this.#beginStage(stage);
    const outcome = await takeTrainingStep(
      {
        policy: parts.policy,
        reference: this.#reference,
        verifier: parts.verifier,
        configuration,
        stage,
        sampler: this.#sampler,
        controller: this.#controller,
        step,
        optimizerSteps: this.#optimizerSteps,
      },
      this.#options,
    );
    this.#step = step;
    this.#optimizerSteps = outcome.optimizerSteps;
    // Generated problems never come back, so there is nothing to leave out of a later stage.
    if (this.#sampler.size !== null) for (const { problem, solved } of outcome.solved) this.#solved.record(problem, solved);
    if (configuration.dumpEvery > 0 && step % configuration.dumpEvery === 0) await writeRolloutDump(runFolder, dumpOf(step, outcome));
    await this.#report(outcome, stage, (performance.now() - start) / 1000);
    this.#commit();
    collectGarbage();
  }

  async #report(outcome: StepOutcome, stage: Stage, step_s: number): Promise<void> {
    const step = this.#step;
    const { generated, sorted, skipped, trained } = outcome;
    for (const failure of sorted.failures) await this.#emit({ event: 'infrastructure-error', step, phase: 'training', ...failure });
    for (const fault of sorted.unverifiable) await this.#emit({ event: 'record-unverifiable', step, phase: 'training', ...fault });
    if (skipped) await this.#emit({ event: 'step-skipped', step, ...skipped });
    const perSecond = (tokens: number, milliseconds: number) => (milliseconds > 0 ? (tokens / milliseconds) * 1000 : 0);
    await this.#emit({
      event: 'step-end',
      step,
      stage: stage.index,
      trained,
      metrics: outcome.metrics,
      clock: {
        rollout_s: generated.rolloutMs / 1000,
        reward_s: generated.rewardMs / 1000,
        train_s: outcome.trainMs / 1000,
        step_s,
        generate_tok_s: perSecond(generated.generatedTokens, generated.rolloutMs),
        train_tok_s: perSecond(outcome.trainedTokens, outcome.trainMs),
        peak_memory_bytes: peakMemoryBytes(),
      },
    });
  }
}
