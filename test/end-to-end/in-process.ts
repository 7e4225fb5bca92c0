/** Runs of the real engine inside the test's own process, where a test replaces one of the parts. */
import { createWasmDevice } from '@or1/compute';
import { createRunFolder, openLocalRun, type RunEvent, readEvents, resolveConfiguration, type TrainingParts, train } from '@or1/trainer';

export interface InProcessRun {
  readonly run: string;
  readonly events: readonly RunEvent[];
  /** Metrics of each training step. */
  readonly metrics: readonly Readonly<Record<string, number>>[];
}

export interface InProcessOptions {
  readonly threads?: number;
  readonly replace?: (parts: TrainingParts) => TrainingParts;
}

/** 2 steps of 4 x 4 responses, without evaluations; later assignments win. */
const TINY = ['steps=2', 'promptsPerStep=4', 'samplesPerPrompt=4', 'contextLength=48', 'eval.problems=0', 'seed=3'];

/** Trains the nano base as `or1 train --out RUN --set …` would. */
export async function runInProcess(run: string, assignments: readonly string[], options: InProcessOptions = {}): Promise<InProcessRun> {
  const { threads = 1, replace = (parts) => parts } = options;
  const device = await createWasmDevice({ threads });
  try {
    const configuration = resolveConfiguration({ fallbackPreset: 'nano', assignments: [...TINY, ...assignments] });
    const opened = await openLocalRun(configuration, device);
    const folder = await createRunFolder(run, opened.configuration);
    await train({ runFolder: run, configuration: opened.configuration, parts: replace(opened.parts) });
    await folder.release();
  } finally {
    device.dispose();
  }
  const events = await readEvents(run);
  return { run, events, metrics: events.flatMap((event) => (event.event === 'step-end' ? [event.metrics] : [])) };
}
