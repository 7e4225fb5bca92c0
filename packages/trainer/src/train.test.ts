import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigurationLayer } from './configuration/schema.ts';
import type { EventOf, RunEvent } from './events/schema.ts';
import { readEvents } from './run-folder/event-log.ts';
import { readRolloutDump } from './run-folder/rollout-dumps.ts';
import { createRunFolder } from './run-folder/run-folder.ts';
import { BANDIT_VOCABULARY, type BanditOptions } from './testing/bandit-policy.ts';
import { banditVerifier, createBanditRun } from './testing/bandit-run.ts';
import { comparableFiles } from './testing/run-files.ts';
import { type TrainOptions, train } from './train.ts';

let root = '';
let runs = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'or1-train-'));
});
afterAll(() => rm(root, { recursive: true }));

interface Finished {
  readonly runFolder: string;
  readonly events: readonly RunEvent[];
  readonly run: ReturnType<typeof createBanditRun>;
}

async function runBandit(
  layer: ConfigurationLayer = {},
  options: Partial<BanditOptions> = {},
  extra: Partial<TrainOptions> = {},
): Promise<Finished> {
  const runFolder = join(root, `run-${runs++}`);
  const run = createBanditRun(layer, options);
  const folder = await createRunFolder(runFolder, run.configuration);
  await train({ runFolder, ...run, ...extra });
  await folder.release();
  return { runFolder, run, events: await readEvents(runFolder) };
}

function eventsNamed<Name extends RunEvent['event']>(events: readonly RunEvent[], name: Name): EventOf<Name>[] {
  return events.filter((event): event is EventOf<Name> => event.event === name);
}

describe('a run', () => {
  test('logs its history in order and leaves a complete run folder', async () => {
    const { runFolder, events } = await runBandit();
    const story = events
      .filter(({ event }) => event !== 'step-skipped')
      .map((event) => ('step' in event ? `${event.event} ${event.step}` : event.event));
    expect(story).toEqual([
      'run-start',
      'evaluation-end 0',
      'stage-start 0',
      'step-end 1',
      'step-end 2',
      'evaluation-end 2',
      'checkpoint-written 2',
      'stage-start 2',
      'step-end 3',
      'step-end 4',
      'evaluation-end 4',
      'checkpoint-written 4',
      'run-end 4',
    ]);
    expect(eventsNamed(events, 'evaluation-end').map(({ label, context_length }) => [label, context_length])).toEqual([
      ['base', 4],
      ['interval', 2],
      ['final', 4],
    ]);
    expect((await readdir(join(runFolder, 'checkpoints'))).sort()).toEqual(['step-2', 'step-4']);
    expect(await readdir(join(runFolder, 'rollouts'))).toHaveLength(4);
    expect(await readdir(join(runFolder, 'evaluations'))).toHaveLength(6);
  });

  test('learns: thirty steps raise accuracy from chance to above 0.9', async () => {
    const layer: ConfigurationLayer = {
      stages: [{ steps: 30, contextLength: 4 }],
      promptsPerStep: 8,
      samplesPerPrompt: 16,
      learningRate: 0.3,
      eval: { samples: 8 },
    };
    const { events } = await runBandit({ ...layer, evalEvery: 0 });
    const [base, final] = eventsNamed(events, 'evaluation-end').map(({ results }) => results[0]!);
    expect(base!.avg).toBeLessThan(0.4);
    expect(final!.avg).toBeGreaterThan(0.9);
    expect(eventsNamed(events, 'step-end').every(({ metrics }) => (metrics['ratio/max-deviation'] ?? 0) === 0)).toBe(true);
  });

  test('is the same bit for bit when run again', async () => {
    const [one, two] = [await runBandit(), await runBandit()];
    expect(await comparableFiles(one.runFolder)).toEqual(await comparableFiles(two.runFolder));
  });

  test('writes dumps that say what became of every sample', async () => {
    const { runFolder, events } = await runBandit();
    const dump = await readRolloutDump(join(runFolder, 'rollouts/step-000001.msgpack'));
    const { metrics } = eventsNamed(events, 'step-end')[0]!;
    expect(dump.samples).toHaveLength(32);
    expect(dump.samples.filter((sample) => sample.verdict === 'correct').length / 32).toBe(metrics.accuracy!);
    expect(new Set(dump.samples.filter((sample) => sample.kept).map((sample) => sample.problem)).size).toBe(metrics['groups/kept']!);
    const [sample] = dump.samples;
    expect(sample!.tokens.byteLength).toBe(sample!.log_probabilities.byteLength);
    expect(dump.samples.filter((s) => s.finish === 'length').every((s) => s.reward === 0)).toBe(true);
  });

  test('intervals of 0 leave the evaluations at both ends and the last checkpoint; no problems leave none', async () => {
    const { events } = await runBandit({ evalEvery: 0, checkpointEvery: 0, dumpEvery: 0 });
    expect(eventsNamed(events, 'evaluation-end').map(({ label }) => label)).toEqual(['base', 'final']);
    expect(eventsNamed(events, 'checkpoint-written').map(({ step }) => step)).toEqual([4]);
    const none = await runBandit({ eval: { problems: 0 } });
    expect(eventsNamed(none.events, 'evaluation-end')).toEqual([]);
    expect(await readdir(join(none.runFolder, 'rollouts'))).toHaveLength(4);
  });

  test('base and final are told at temperature 1 even where it is not listed', async () => {
    const { events } = await runBandit({ eval: { temperatures: [0.6] } });
    const temperatures = eventsNamed(events, 'evaluation-end').map(({ results }) => results.map(({ temperature }) => temperature));
    expect(temperatures).toEqual([[1, 0.6], [0.6], [1, 0.6]]);
  });

  test('keeps the newest checkpoints and the selected step', async () => {
    const stages = [{ steps: 8, contextLength: 3 }];
    const { runFolder } = await runBandit({ stages, checkpointEvery: 1, keepCheckpoints: 2, selectedStep: 3 });
    expect((await readdir(join(runFolder, 'checkpoints'))).sort()).toEqual(['step-3', 'step-7', 'step-8']);
  });
});

describe('what goes wrong', () => {
  test('a non-finite gradient is refused: no update, an event, and the run goes on', async () => {
    const logits = new Float32Array(8 * 3 * BANDIT_VOCABULARY);
    const { run, events } = await runBandit({ learningRate: 0.1 }, { logits });
    expect(eventsNamed(events, 'step-skipped').some(({ reason }) => reason === 'non-finite-gradient')).toBe(false);

    const runFolder = join(root, `run-${runs++}`);
    const broken = createBanditRun();
    const { learner } = broken.parts.policy;
    const before = broken.parts.policy.logits.slice();
    const policy = { ...broken.parts.policy, learner: { ...learner, gradientNorm: async () => Number.NaN } };
    await train({
      runFolder: (await createRunFolder(runFolder, broken.configuration)).path,
      configuration: broken.configuration,
      parts: { ...broken.parts, policy },
    });
    const brokenEvents = await readEvents(runFolder);
    const refused = eventsNamed(brokenEvents, 'step-skipped').filter(({ reason }) => reason === 'non-finite-gradient');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]!.detail).toContain('the gradient norm is NaN');
    expect(eventsNamed(brokenEvents, 'step-end').every(({ trained }) => !trained)).toBe(true);
    expect(broken.parts.policy.logits).toEqual(before);
    expect(run.parts.policy.logits).not.toEqual(logits);
  });

  test('a step without advantage counts, takes no update and leaves the controller alone', async () => {
    const verifier = () => ({ verdict: 'correct' as const, reward: 1, extracted: null, evidence: 'always', durationMs: 0 });
    const { configuration, parts } = createBanditRun({ judgeTruncated: true, stageFilter: 'off' }, {}, verifier);
    const runFolder = join(root, `run-${runs++}`);
    await createRunFolder(runFolder, configuration);
    const before = parts.policy.logits.slice();
    await train({ runFolder, configuration, parts });
    const events = await readEvents(runFolder);
    expect(eventsNamed(events, 'step-skipped').map(({ step, reason }) => [step, reason])).toEqual(
      [1, 2, 3, 4].map((step) => [step, 'no-advantage']),
    );
    expect(parts.policy.logits).toEqual(before);
    const state = await Bun.file(join(runFolder, 'checkpoints/step-4/trainer/state.json')).json();
    expect(state).toMatchObject({ step: 4, optimizerSteps: 0, entropy: { coefficient: 0 } });
  });

  test('a failing verifier drops its sample alone, with an event; it is never a reward of 0', async () => {
    const failing: typeof banditVerifier = (input) => {
      if (input.response.length === 1) throw new Error('verifier lost its connection');
      return banditVerifier(input);
    };
    const { configuration, parts } = createBanditRun({ eval: { problems: 0 } }, {}, failing);
    const runFolder = join(root, `run-${runs++}`);
    await createRunFolder(runFolder, configuration);
    await train({ runFolder, configuration, parts });
    const events = await readEvents(runFolder);
    const failures = eventsNamed(events, 'infrastructure-error');
    const dropped = eventsNamed(events, 'step-end').reduce((sum, { metrics }) => sum + metrics['samples/dropped']!, 0);
    expect(failures.length).toBe(dropped);
    expect(failures[0]).toMatchObject({
      phase: 'training',
      attempts: 2,
      evidence: 'the verifier threw: Error: verifier lost its connection',
    });
    const dump = await readRolloutDump(join(runFolder, 'rollouts/step-000001.msgpack'));
    const lost = dump.samples.filter((sample) => sample.verdict === 'infrastructure-error');
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.every((sample) => sample.reward === null && sample.advantage === null && !sample.kept)).toBe(true);
  });

  test('a record at fault takes its whole group with it and is named', async () => {
    const unverifiable: typeof banditVerifier = (input) =>
      input.prompt === '3'
        ? { verdict: 'unverifiable', reward: null, extracted: null, evidence: 'no gold', durationMs: 0 }
        : banditVerifier(input);
    const { configuration, parts } = createBanditRun({ promptsPerStep: 8, evalEvery: 0 }, {}, unverifiable);
    const runFolder = join(root, `run-${runs++}`);
    await createRunFolder(runFolder, configuration);
    await train({ runFolder, configuration, parts });
    const events = await readEvents(runFolder);
    const faults = eventsNamed(events, 'record-unverifiable').filter(({ phase }) => phase === 'training');
    expect(faults.map(({ step, problem }) => [step, problem])).toEqual([1, 2, 3, 4].map((step) => [step, 'bandit:3']));
    expect(eventsNamed(events, 'step-end').every(({ metrics }) => metrics['groups/unverifiable'] === 1)).toBe(true);
  });
});

describe('stages', () => {
  test('prompts solved by every sample on the last visit are left out of the next stage', async () => {
    const verifier: typeof banditVerifier = (input) =>
      Number(input.prompt) < 3
        ? { verdict: 'correct', reward: 1, extracted: null, evidence: 'easy', durationMs: 0 }
        : banditVerifier(input);
    const layer: ConfigurationLayer = {
      promptsPerStep: 8,
      judgeTruncated: true,
      evalEvery: 0,
      stages: [
        { steps: 1, contextLength: 2 },
        { steps: 1, promptsPerStep: 5 },
      ],
    };
    const left: number[] = [];
    for (const stageFilter of ['last', 'off'] as const) {
      const { configuration, parts } = createBanditRun({ ...layer, stageFilter }, {}, verifier);
      const runFolder = join(root, `run-${runs++}`);
      await createRunFolder(runFolder, configuration);
      await train({ runFolder, configuration, parts });
      left.push(eventsNamed(await readEvents(runFolder), 'stage-start')[1]!.filtered_prompts);
      const dump = await readRolloutDump(join(runFolder, 'rollouts/step-000002.msgpack'));
      const dealt = new Set(dump.samples.map((sample) => sample.problem));
      if (stageFilter === 'last') expect(['bandit:0', 'bandit:1', 'bandit:2'].some((problem) => dealt.has(problem))).toBe(false);
    }
    expect(left).toEqual([3, 0]);
  });

  test('moments and the count of optimizer steps are carried over', async () => {
    const { runFolder, events } = await runBandit({ promptsPerStep: 8 });
    const trained = eventsNamed(events, 'step-end').filter((event) => event.trained).length;
    expect(trained).toBe(4);
    expect((await Bun.file(join(runFolder, 'checkpoints/step-4/trainer/state.json')).json()).optimizerSteps).toBe(4);
  });
});
