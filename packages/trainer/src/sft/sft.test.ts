import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InterruptedError } from '../errors.ts';
import { openModel } from '../local/local-policy.ts';
import { findModelFiles } from '../local/model-source.ts';
import { readEvents } from '../run-folder/event-log.ts';
import { createRunFolder, readConfiguration } from '../run-folder/run-folder.ts';
import { BANDIT_STOP, createBanditPolicy } from '../testing/bandit-policy.ts';
import { comparableFiles } from '../testing/run-files.ts';
import { initialWeights } from './initial-weights.ts';
import { readSftConfiguration, resolveSft } from './resolve.ts';
import { openSftSource, type SftSource } from './samples.ts';
import { type SuperviseOptions, supervise } from './supervise.ts';

let root = '';
let runs = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'or1-sft-'));
});
afterAll(() => rm(root, { recursive: true }));

const resolve = (...assignments: string[]) => resolveSft({ preset: 'none', assignments: ['model=bandit', ...assignments], flags: {} });

/** Prompt p of four is answered by letter p. */
const source: SftSource = {
  files: null,
  at: (position) => ({ prompt: Uint32Array.of(position % 4), response: Uint32Array.of(position % 4, BANDIT_STOP) }),
};

async function run(assignments: readonly string[], extra: Partial<SuperviseOptions> = {}, folder?: string) {
  const runFolder = folder ?? join(root, `run-${runs++}`);
  const configuration = resolve('steps=12', 'samplesPerStep=4', 'learningRate=0.1', 'checkpointEvery=4', ...assignments);
  const policy = createBanditPolicy({ prompts: 4 });
  if (folder === undefined) await createRunFolder(runFolder, configuration);
  const { learner, store, device } = policy;
  const outcome = await supervise({ runFolder, configuration, learner, store, device, source, ...extra }).catch((error: unknown) => error);
  return { runFolder, policy, outcome, events: await readEvents(runFolder) };
}

describe('supervised fine-tuning', () => {
  test('begins at the loss of the start and lowers it; the rate follows the schedule', async () => {
    const { events } = await run(['steps=60', 'warmupSteps=10', 'schedule.floor=0.25', 'optimizer.weightDecay=0']);
    const steps = events.filter((event) => event.event === 'sft-step-end');
    // At the start the letter has probability 1/6, and the stop token e² / (5 + e²).
    const expected = (Math.log(6) - 2 + Math.log(5 + Math.exp(2))) / 2;
    expect(steps[0]!.loss).toBeCloseTo(expected, 5);
    expect(steps[0]!.tokens).toBe(8);
    expect(steps.at(-1)!.loss).toBeLessThan(0.1);
    expect(steps[0]!.learning_rate).toBeCloseTo(0.01, 12);
    expect(steps[9]!.learning_rate).toBeCloseTo(0.1, 12);
    expect(steps[35]!.learning_rate).toBeCloseTo(0.1 * (0.25 + 0.75 * 0.5 * (1 + Math.cos(Math.PI / 2))), 10);
    expect(steps.at(-1)!.learning_rate).toBeLessThan(0.026);
  });

  test('the gradient is that of the mean negative log-likelihood of the response tokens', async () => {
    const { policy } = await run(['steps=1', 'learningRate=0']);
    // Token 0 of prompt 0: p = 1/6 everywhere; T = 8 response tokens.
    const row = policy.gradients.slice(0, 6);
    expect(row[0]!).toBeCloseTo((1 / 6 - 1) / 8, 6);
    for (const other of row.slice(1)) expect(other).toBeCloseTo(1 / 6 / 8, 6);
  });

  test('interrupted and resumed, it ends like an undisturbed run', async () => {
    const whole = await run([]);
    const controller = new AbortController();
    const onEvent: SuperviseOptions['onEvent'] = (event) => {
      if (event.event === 'sft-step-end' && event.step === 6) controller.abort();
    };
    const { runFolder, outcome } = await run([], { signal: controller.signal, onEvent });
    expect(outcome).toBeInstanceOf(InterruptedError);
    await run([], {}, runFolder);
    expect(await comparableFiles(runFolder)).toEqual(await comparableFiles(whole.runFolder));
  });

  test('a non-finite gradient is refused with an event', async () => {
    const { learner } = createBanditPolicy({ prompts: 4 });
    const { events } = await run([], { learner: { ...learner, gradientNorm: async () => Number.POSITIVE_INFINITY } });
    expect(events.filter(({ event }) => event === 'step-skipped')).toHaveLength(12);
  });

  test('its run folder is not one of or1 train, nor the other way round', async () => {
    const { runFolder } = await run([]);
    expect((await readSftConfiguration(runFolder)).steps).toBe(12);
    expect(readConfiguration(runFolder)).rejects.toThrow('or1 sft --resume');
  });
});

describe('its configuration', () => {
  test('the nano recipes are presets with their own values', () => {
    const base = resolveSft({ preset: 'nano-base', assignments: [], flags: {} });
    expect(base).toMatchObject({
      steps: 6000,
      samplesPerStep: 520,
      learningRate: 2e-3,
      warmupSteps: 200,
      initialize: 0.05,
      model: 'nano-E',
    });
    expect(base.schedule).toEqual({ kind: 'cosine', floor: 0.25 });
    expect(resolveSft({ preset: 'nano-base-search', assignments: [], flags: {} })).toMatchObject({
      corpus: 'nano-base-search',
      model: 'nano-C',
    });
  });

  test('unknown keys and presets are refused with the nearest', () => {
    expect(() => resolve('lerningRate=1')).toThrow('did you mean learningRate?');
    expect(() => resolve('promptsPerStep=4')).toThrow('did you mean');
    expect(() => resolveSft({ preset: 'nano', assignments: [], flags: {} })).toThrow('known: none, nano-base, nano-base-search');
    expect(() => resolve('steps=10', 'warmupSteps=10')).toThrow('leaves no step');
  });
});

describe('its samples', () => {
  test('the corpus is encoded with the begin token in front and the end token behind, the same at every reading', async () => {
    const model = await openModel(await findModelFiles('nano-E'));
    const configuration = resolveSft({ preset: 'nano-base', assignments: [], flags: {} });
    const [one, two] = [await openSftSource(configuration, model), await openSftSource(configuration, model)];
    const { beginToken, endTokens } = model.folder.config;
    for (let position = 0; position < 50; position++) {
      const { prompt, response } = one.at(position);
      expect(prompt[0]).toBe(beginToken!);
      expect(response.at(-1)).toBe(endTokens[0]!);
      expect(prompt.length + response.length).toBeLessThanOrEqual(192);
      expect(two.at(position)).toEqual({ prompt, response });
    }
  });

  test('files are shown once a pass, in a new order each time; what does not fit is counted', async () => {
    const path = join(root, 'demonstrations.jsonl');
    const rows = Array.from({ length: 10 }, (_, index) => ({ prompt: `1${index}+1?`, completion: `<>[${11 + index}]` }));
    await Bun.write(path, [...rows, { prompt: 'é?', completion: '1' }].map((row) => `${JSON.stringify(row)}\n`).join(''));
    const model = await openModel(await findModelFiles('nano-E'));
    const demonstrations = await openSftSource(
      resolveSft({ preset: 'none', assignments: ['model=nano-E'], flags: { data: [path] } }),
      model,
    );
    expect(demonstrations.files).toMatchObject({ kept: 10, rows: 11 });
    expect(Object.keys(demonstrations.files!.dropped)[0]).toContain('no token for "é"');
    const pass = (number: number) => Array.from({ length: 10 }, (_, index) => String(demonstrations.at(number * 10 + index).prompt));
    expect(new Set(pass(0)).size).toBe(10);
    expect([...pass(1)].sort()).toEqual([...pass(0)].sort());
    expect(pass(1)).not.toEqual(pass(0));
  });

  test('fresh weights have the asked spread; norms are 1, biases 0', async () => {
    const { folder } = await openModel(await findModelFiles('nano-E'));
    const weights = initialWeights(folder.config, 0.05, 1);
    const embedding = await weights.read('model.embed_tokens.weight');
    const mean = embedding.reduce((sum, value) => sum + value, 0) / embedding.length;
    const deviation = Math.sqrt(embedding.reduce((sum, value) => sum + (value - mean) ** 2, 0) / embedding.length);
    expect(Math.abs(mean)).toBeLessThan(0.003);
    expect(deviation).toBeCloseTo(0.05, 2);
    expect(new Set(await weights.read('model.norm.weight'))).toEqual(new Set([1]));
    expect(new Set(await weights.read('model.layers.0.self_attn.q_proj.bias'))).toEqual(new Set([0]));
    expect(await initialWeights(folder.config, 0.05, 1).read('model.embed_tokens.weight')).toEqual(embedding);
    expect(await initialWeights(folder.config, 0.05, 2).read('model.embed_tokens.weight')).not.toEqual(embedding);
  });
});
