import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promptText, recordSource, type SourcedRecord } from '@or1/data';
import type { RolloutEngine } from '@or1/rollout';
import { createRunFolder, openLocalRun, type RunEvent, resolveConfiguration, type TrainingParts, train } from '@or1/trainer';
import { type BenchOptions, type Row, row, threadCount } from './bench.ts';
import { withDevice } from './measure/ceiling.ts';
import { type Clock, type Contender, clockFor, interleave, type Turns } from './measure/interleave.ts';
import { nanoModel } from './models.ts';
import { startPython } from './peers/python.ts';
import { nanoPrompts, PROMPTS, SAMPLES } from './problems.ts';

export const name = 'rl-step';

const TURNS = { rounds: 5, warmUp: 1 } as const satisfies Turns;
const STEPS = TURNS.rounds + TURNS.warmUp;
const LENGTHS = [64, 160];

/** A run of the trainer that takes its next step when it is told to. */
interface SteppedRun {
  /** Takes one step; response tokens generated, and seconds from the first prompt to the step's event in the log. */
  step(): Promise<{ tokens: number; seconds: number }>;
  /** Waits for the run's end, after its last step. */
  finish(): Promise<void>;
}

type StepEnd = Extract<RunEvent, { event: 'step-end' }>;

/**
 * Starts `train` with an engine that holds every step back until `step` asks for it, so that another program can have the machine in
 * between.
 */
function startStepped(
  clock: Clock,
  runFolder: string,
  configuration: Parameters<typeof train>[0]['configuration'],
  parts: TrainingParts,
): SteppedRun {
  let gate = Promise.withResolvers<void>();
  let taken = Promise.withResolvers<StepEnd>();
  const held: RolloutEngine = {
    async generate(request) {
      await gate.promise;
      gate = Promise.withResolvers<void>();
      return parts.policy.engine.generate(request);
    },
  };
  const onEvent = (event: RunEvent) => {
    if (event.event === 'step-end') taken.resolve(event);
    if (event.event === 'step-skipped') taken.reject(new Error(`rl-step: a step was skipped: ${event.detail}`));
  };
  const ended = train({ runFolder, configuration, parts: { ...parts, policy: { ...parts.policy, engine: held } }, onEvent });
  ended.catch((error: unknown) => taken.reject(error));
  return {
    async step() {
      taken = Promise.withResolvers<StepEnd>();
      const start = clock();
      gate.resolve();
      const { metrics } = await taken.promise;
      return { tokens: metrics['tokens/generated']!, seconds: (clock() - start) / 1000 };
    },
    finish: () => ended,
  };
}

/** The nano preset at one length over fixed problems, with a learning rate of 0, so that every step has the same weights. */
function configurationFor(contextLength: number, seed: number) {
  const values = { steps: STEPS, contextLength, seed, learningRate: 0, 'eval.problems': 0, evalEvery: 0, checkpointEvery: 0, dumpEvery: 0 };
  return resolveConfiguration({
    preset: 'nano',
    fallbackPreset: 'nano',
    assignments: [...Object.entries(values).map(([key, value]) => `${key}=${value}`), 'stages=[]'],
  });
}

async function startPeer(
  folder: string,
  problems: readonly SourcedRecord[],
  prompts: readonly number[][],
  length: number,
  options: BenchOptions,
) {
  return startPython('trl_grpo.py', options.threads, {
    model: folder,
    problems: problems.map(({ record }, index) => ({
      prompt: promptText(record),
      tokens: prompts[index],
      truth: record.reward_model.ground_truth,
    })),
    samples: SAMPLES,
    context_length: length,
    steps: STEPS,
    suppress_tokens: (await nanoModel()).config.generation.suppressTokens,
    seed: options.seed,
  });
}

async function measureLength(contextLength: number, options: BenchOptions, workspace: string): Promise<Row> {
  const { threads, seed, say } = options;
  const model = await nanoModel();
  const { problems, prompts } = await nanoPrompts(model.folder!, PROMPTS, seed);
  const peer = await startPeer(
    model.folder!,
    problems,
    prompts.map(({ tokens }) => [...tokens]),
    contextLength,
    options,
  );
  const skipped = 'skipped' in peer ? peer.skipped : undefined;
  if (skipped) say(`rl-step: ${skipped}`);
  return withDevice(threads, async (device) => {
    const run = await openLocalRun(configurationFor(contextLength, seed), device);
    const folder = await createRunFolder(join(workspace, `T${contextLength}`), run.configuration);
    const stepped = startStepped(clockFor(threads), folder.path, run.configuration, {
      ...run.parts,
      source: recordSource('benchmark', problems),
    });
    const rate = ({ tokens, seconds }: { tokens: number; seconds: number }) => tokens / seconds;
    const contenders: Record<string, Contender> = { ours: async () => rate(await stepped.step()) };
    const peerLengths: number[] = [];
    if (!('skipped' in peer)) {
      contenders.peer = async () => {
        const answer = await peer.ask<{ tokens: number; seconds: number }>({ step: true });
        peerLengths.push(answer.tokens / (PROMPTS * SAMPLES));
        return rate(answer);
      };
    }
    const measured = await interleave(contenders, TURNS);
    await stepped.finish();
    await folder.release();
    if (!('skipped' in peer)) await peer.close();
    const { median, best, spread, repetitions } = measured.ours!;
    const shape = `nano, ${PROMPTS}x${SAMPLES}, T ${contextLength}, ${threadCount(threads)}`;
    say(`rl-step ${shape}: ${median.toFixed(0)} tokens/s${measured.peer ? `, peer ${measured.peer.median.toFixed(0)}` : ''}`);
    return row(name, shape, median, 'tokens/s', {
      peer: measured.peer ? { name: `TRL GRPOTrainer, PyTorch, ${threadCount(threads)}`, value: measured.peer.median } : null,
      best,
      spread,
      repetitions,
      note: skipped ?? `mean response of the peer ${(peerLengths.reduce((a, b) => a + b, 0) / peerLengths.length).toFixed(1)} tokens`,
    });
  });
}

/**
 * One whole step of reinforcement learning by the trainer itself: generation of 32 x 8 responses, verdicts, advantages, rejection, update,
 * statistics and the event log; generated tokens a second. TRL takes the same weights, problems, group size and lengths, its responses
 * end by themselves as ours do, and it trains on every group where ours leaves out those without advantage.
 */
export async function run(options: BenchOptions): Promise<readonly Row[]> {
  const workspace = await mkdtemp(join(tmpdir(), 'or1-bench-'));
  try {
    const rows: Row[] = [];
    for (const length of LENGTHS) rows.push(await measureLength(length, options, workspace));
    return rows;
  } finally {
    await rm(workspace, { recursive: true });
  }
}
