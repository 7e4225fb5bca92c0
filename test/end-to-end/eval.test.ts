/** `or1 eval` on files of one's own, its figures against its own sample file; and what `doctor` and `train --dry-run` promise. */
import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EvaluationSample, Score } from '@or1/trainer';
import { or1, or1Json, SMALL } from './or1.ts';
import { scratchFolder } from './scratch.ts';

const scratch = scratchFolder('eval');
const rewardFile = Bun.fileURLToPath(new URL('./rewards/last-number.ts', import.meta.url));

interface EvalResult {
  readonly tasks: Readonly<Record<string, Score & { readonly mean_length: number; readonly truncated_share: number }>>;
  readonly wall_s: number;
  readonly tokens: number;
  readonly samples: string;
}

/** Questions that the nano base half knows, in GSM8K's columns. */
const GSM8K = [
  ['16*67?', '1,072'],
  ['53+89?', '142'],
  ['984%14?', '4'],
  ['gcd(42,78)?', '6'],
  ['12x+8=620. x?', '51'],
  ['21*34?', '714'],
].map(([question, answer]) => JSON.stringify({ question, answer: `Work it out step by step.\n#### ${answer}` }));

async function samplesIn(path: string): Promise<readonly EvaluationSample[]> {
  const lines = (await Bun.file(path).text()).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as EvaluationSample);
}

describe('eval', () => {
  test('a file in the columns of GSM8K with a reward of my own', async () => {
    const data = join(scratch, 'gsm8k.jsonl');
    await Bun.write(data, `${GSM8K.join('\n')}\n${JSON.stringify({ question: 'Wie viel ist 1+1?', answer: '#### 2' })}\n`);
    const out = join(scratch, 'gsm8k');
    const words = ['eval', '--model', 'nano-E', '--data', data, '--reward', rewardFile, '--k', '8', '--seed', '3', '--max-tokens', '60'];
    const { exitCode, stdout, stderr } = await or1([...words, '--json', '--out', out]);
    expect(exitCode).toBe(0);
    // The nano tokenizer has no capital letters: that row is counted and named.
    expect(stderr).toContain(`${data}: 6 of 7 rows (read as gsm8k); left out: 1 the tokenizer has no token for "W".`);

    const result = JSON.parse(stdout) as EvalResult;
    expect(result.samples).toBe(join(out, 'samples.jsonl'));
    const samples = await samplesIn(result.samples);
    expect(samples.length).toBe(48);
    const isRight = ({ response, prompt, finish }: EvaluationSample) => {
      const row = GSM8K.map((line) => JSON.parse(line) as { question: string; answer: string }).find(({ question }) => question === prompt);
      const answer = row!.answer.split('#### ')[1]!.replace(',', '');
      return finish === 'stop' && response.match(/-?\d+/g)?.at(-1) === answer;
    };
    for (const sample of samples) expect(sample.verdict === 'correct').toBe(isRight(sample));
    const groups = [...Map.groupBy(samples, ({ problem }) => problem).values()];
    const [low, high] = result.tasks.gsm8k!.ci95;
    expect(Object.keys(result.tasks)).toEqual(['gsm8k']);
    expect(result.tasks.gsm8k).toEqual({
      avg: expect.closeTo(samples.filter(isRight).length / 48, 12),
      pass: groups.filter((group) => group.some(isRight)).length / 6,
      majority: expect.any(Number),
      k: 8,
      n: 6,
      ci95: [expect.any(Number), expect.any(Number)],
      mean_length: expect.closeTo(samples.reduce((sum, { length }) => sum + length, 0) / 48, 9),
      truncated_share: samples.filter(({ finish }) => finish === 'length').length / 48,
    });
    const { avg } = result.tasks.gsm8k!;
    expect(0 <= low && low <= avg && avg <= high && high <= 1).toBe(true);
    expect(result.tokens).toBe(samples.reduce((sum, { length }) => sum + length, 0));
    expect(result.wall_s).toBeGreaterThan(0);

    // The same again, word for word; greedy differs.
    const again = await or1Json<EvalResult>([...words, '--threads', '1', '--out', join(scratch, 'again')]);
    expect(await samplesIn(again.samples)).toEqual(samples);
    const greedy = await or1Json<EvalResult>([...words, '--temperature', '0', '--out', join(scratch, 'greedy')]);
    const responses = Map.groupBy(await samplesIn(greedy.samples), ({ problem }) => problem);
    for (const group of responses.values()) expect(new Set(group.map(({ response }) => response)).size).toBe(1);
  }, 30_000);

  test('several files, by source, with the built-in verifiers', async () => {
    const arithmetic = join(scratch, 'arithmetic.jsonl');
    const row = {
      data_source: 'sums',
      prompt: [{ role: 'user', content: '53+89?' }],
      ability: 'arithmetic',
      reward_model: { style: 'rule', ground_truth: '["142"]' },
      extra_info: {},
    };
    await Bun.write(arithmetic, `${JSON.stringify(row)}\n`);
    const countdown = join(scratch, 'countdown.jsonl');
    await Bun.write(
      countdown,
      `${JSON.stringify({ nums: [44, 19, 35], target: 98 })}\n${JSON.stringify({ nums: [3, 4, 5, 6], target: 18 })}\n`,
    );
    const { tasks } = await or1Json<EvalResult>([
      'eval',
      '--model',
      'nano-E',
      '--data',
      arithmetic,
      countdown,
      '--out',
      join(scratch, 'both'),
    ]);
    expect(Object.entries(tasks).map(([source, { n, k }]) => [source, n, k])).toEqual([
      ['countdown/3', 1, 1],
      ['countdown/4', 1, 1],
      ['sums', 1, 1],
    ]);
  });
});

test('doctor says what this machine offers', async () => {
  const report = await or1Json<Record<string, unknown>>(['doctor']);
  expect(report).toMatchObject({ wasm: { ok: true, simd: true, shared_memory: true }, webgpu: {}, sandboxes: {}, ok: true });
});

test('train --dry-run prints the configuration and an estimate, and runs nothing', async () => {
  const out = join(scratch, 'dry');
  const { exitCode, stdout, stderr } = await or1(['train', '--json', '--dry-run', '--out', out, ...SMALL]);
  expect(exitCode).toBe(0);
  expect(existsSync(out)).toBe(false);
  expect(stderr).toContain('"samplesPerPrompt": 4');
  const dry = JSON.parse(stdout) as {
    configuration: object;
    stages: object;
    estimate: { memory_bytes: { total: number }; tokens: object; time_s: number };
  };
  expect(dry.configuration).toMatchObject({ preset: 'nano', steps: 3, promptsPerStep: 4, samplesPerPrompt: 4, contextLength: 64 });
  expect(dry.estimate.tokens).toMatchObject({ generated_at_most: 3 * 16 * 64 });
  expect(dry.estimate.time_s).toBeGreaterThan(0);
  expect(dry.estimate.memory_bytes.total).toBeGreaterThan(10e6);
});
