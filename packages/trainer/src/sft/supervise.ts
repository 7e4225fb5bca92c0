import type { Learner } from '@or1/model';
import { adamWStep, decideUpdate, type LearningRateSchedule, learningRateAt } from '@or1/optimizer';
import { z } from 'zod';
import { InterruptedError } from '../errors.ts';
import type { EventBody, RunEvent } from '../events/schema.ts';
import { peakMemoryBytes } from '../host.ts';
import type { PolicyStore } from '../ports.ts';
import { keepCheckpoints, writeCheckpoint } from '../run-folder/checkpoints.ts';
import { EventLog } from '../run-folder/event-log.ts';
import { restoreRun } from '../run-folder/restore.ts';
import type { SftSource } from './samples.ts';
import type { SftConfiguration } from './schema.ts';

export interface SuperviseOptions {
  readonly runFolder: string;
  readonly configuration: SftConfiguration;
  readonly learner: Learner;
  readonly store: PolicyStore;
  readonly device: { readonly description: string; readonly threads: number };
  readonly source: SftSource;
  readonly signal?: AbortSignal;
  readonly startedMs?: number;
  readonly onEvent?: (event: RunEvent) => void;
}

const stateSchema = z.strictObject({
  version: z.literal(1),
  step: z.number().int().nonnegative(),
  optimizerSteps: z.number().int().nonnegative(),
  events: z.number().int().nonnegative(),
});

function scheduleOf({ learningRate: peak, warmupSteps: warmUpSteps, schedule, steps }: SftConfiguration): LearningRateSchedule {
  if (schedule.kind === 'constant') return { kind: 'constant', peak, warmUpSteps };
  return { kind: 'cosine', peak, warmUpSteps, totalSteps: steps, floor: schedule.floor };
}

/**
 * Supervised fine-tuning, from the start or from the run folder's last complete checkpoint: each step lowers the mean negative
 * log-likelihood of its response tokens (the loss's weights are dL/dlogp = -1/T and dL/dH = 0, T the step's response tokens). Samples
 * are packed unpadded by the learner.
 *
 * @throws InterruptedError after the signal aborted and a checkpoint was written.
 */
export async function supervise(options: SuperviseOptions): Promise<void> {
  const { runFolder, configuration, learner, store, device, source, signal, onEvent } = options;
  const restored = await restoreRun(runFolder, stateSchema);
  if (restored) await store.load(restored.checkpoint.path);
  const log = await EventLog.open(runFolder, options.startedMs);
  const emit = async (body: EventBody) => {
    const event = await log.append(body);
    onEvent?.(event);
  };
  let step = restored?.state.step ?? 0;
  let optimizerSteps = restored?.state.optimizerSteps ?? 0;

  const checkpoint = async () => {
    const state: z.infer<typeof stateSchema> = { version: 1, step, optimizerSteps, events: log.events.length };
    await log.sync();
    return writeCheckpoint(runFolder, step, state, (folder) => store.save(folder));
  };
  const afterStep = async () => {
    const { checkpointEvery, keepCheckpoints: count, steps } = configuration;
    const isDue = step === steps || (checkpointEvery > 0 && step % checkpointEvery === 0);
    if (!isDue) return;
    if (!log.events.some((event) => event.event === 'checkpoint-written' && event.step === step)) {
      const start = performance.now();
      const { bytes } = await checkpoint();
      await emit({
        event: 'checkpoint-written',
        step,
        path: `checkpoints/step-${step}`,
        clock: { write_s: (performance.now() - start) / 1000, bytes },
      });
    }
    const regular = log.events.flatMap((event) => (event.event === 'checkpoint-written' ? [event.step] : []));
    await keepCheckpoints(runFolder, new Set(regular.slice(-count)));
  };

  try {
    if (log.events.length === 0) {
      await emit({
        event: 'run-start',
        kind: 'sft',
        preset: configuration.preset,
        configuration,
        total_steps: configuration.steps,
        parameters: learner.parameterCount,
        clock: { device: device.description, threads: device.threads },
      });
    }
    if (step > 0) await afterStep();
    while (step < configuration.steps) {
      if (signal?.aborted) {
        await checkpoint();
        throw new InterruptedError(`interrupted after step ${step}`);
      }
      const outcome = await takeStep(configuration, learner, source, step, optimizerSteps);
      step++;
      optimizerSteps = outcome.optimizerSteps;
      if (outcome.refused !== null) await emit({ event: 'step-skipped', step, reason: 'non-finite-gradient', detail: outcome.refused });
      else await emit({ event: 'sft-step-end', step, ...outcome.figures });
      await afterStep();
    }
    if (!log.events.some(({ event }) => event === 'run-end')) {
      await emit({ event: 'run-end', step, clock: { peak_memory_bytes: peakMemoryBytes() } });
    }
  } finally {
    await log.close();
  }
}

async function takeStep(configuration: SftConfiguration, learner: Learner, source: SftSource, step: number, optimizerSteps: number) {
  const start = performance.now();
  const { samplesPerStep, optimizer } = configuration;
  const samples = Array.from({ length: samplesPerStep }, (_, index) => source.at(step * samplesPerStep + index));
  const groups = samples.map(({ prompt, response }) => ({ prompt, responses: [response] }));
  const tokens = samples.reduce((sum, { response }) => sum + response.length, 0);
  const weights = { logProbability: new Float32Array(tokens).fill(-1 / tokens), entropy: new Float32Array(tokens) };
  learner.zeroGradients();
  const scores = await learner.accumulate(groups, { temperature: 1, suppressTokens: [] }, weights);
  const loss = -scores.logProbabilities.reduce((sum, value) => sum + value, 0) / tokens;

  const learningRate = learningRateAt(scheduleOf(configuration), step);
  const decision = decideUpdate(await learner.gradientNorm(), optimizer.gradientClip);
  if (decision.action === 'skip') return { refused: decision.reason, optimizerSteps };
  learner.applyAdamW(adamWStep(optimizer, { t: optimizerSteps + 1, learningRate, gradientScale: decision.gradientScale }));
  const step_s = (performance.now() - start) / 1000;
  const clock = { step_s, train_tok_s: tokens / step_s, peak_memory_bytes: peakMemoryBytes() };
  return {
    refused: null,
    optimizerSteps: optimizerSteps + 1,
    figures: { loss, learning_rate: learningRate, gradient_norm: decision.gradientNorm, tokens, clock },
  };
}
