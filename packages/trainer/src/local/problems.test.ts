import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfiguration } from '../configuration/resolve.ts';
import type { ConfigurationLayer } from '../configuration/schema.ts';
import { type OpenModel, openModel } from './local-policy.ts';
import { findModelFiles } from './model-source.ts';
import { openProblems } from './problems.ts';
import { openVerifier } from './verifiers.ts';

let root = '';
let model: OpenModel;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'or1-problems-'));
  model = await openModel(await findModelFiles('nano-E'));
  const rows = Array.from({ length: 40 }, (_, index) => ({ nums: [index + 1, 2, 3], target: 10 + index }));
  await Bun.write(join(root, 'train.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await Bun.write(join(root, 'test.jsonl'), '{"nums":[1,2,3],"target":6}\n');
});
afterAll(() => rm(root, { recursive: true }));

const open = (flags: ConfigurationLayer) => openProblems(resolveConfiguration({ fallbackPreset: 'nano-countdown', flags }), model.text);
const ids = (source: Awaited<ReturnType<typeof open>>['source'], count: number) => {
  const deck = source.deck({ seed: 1, stage: 0, excluded: new Set() });
  return Array.from({ length: count }, (_, position) => deck.at(position).id);
};

describe('problems', () => {
  test('come from the preset where no file is given', async () => {
    const { source, heldOut, files } = await open({});
    expect(files).toEqual([]);
    expect(ids(source, 3)[0]).toContain('nano/countdown/3');
    expect(ids(heldOut, 3)[0]).toContain('@test');
  });

  test('of one file are split: a tenth is held out, always the same, and never dealt', async () => {
    const flags = { data: [join(root, 'train.jsonl')] };
    const one = await open(flags);
    const two = await open(flags);
    expect(one.heldOutOfData).toBe(4);
    const held = new Set(ids(one.heldOut, 4));
    expect(new Set(ids(two.heldOut, 4))).toEqual(held);
    expect(ids(one.source, 36).some((id) => held.has(id))).toBe(false);
  });

  test('of two files stand apart', async () => {
    const { source, heldOut, heldOutOfData, longestPrompt } = await open({
      data: [join(root, 'train.jsonl')],
      evalData: [join(root, 'test.jsonl')],
    });
    expect(heldOutOfData).toBe(0);
    expect(new Set(ids(source, 40)).size).toBe(40);
    expect(ids(heldOut, 1)).toEqual([`${join(root, 'test.jsonl')}#0`]);
    expect(longestPrompt).toBe('40 2 3=49?'.length + 1);
  });

  test('that are too long are left out and counted; none left is an error', async () => {
    const flags = { data: [join(root, 'train.jsonl')], evalData: [join(root, 'test.jsonl')] };
    const { files } = await open({ ...flags, promptLengthCap: 10 });
    expect(files[0]).toMatchObject({ rows: 40, kept: 9, dropped: { 'prompt longer than 10 tokens': 31 } });
    expect(open({ ...flags, promptLengthCap: 2 })).rejects.toThrow('none of 40 rows can be used (40 x prompt longer than 2 tokens)');
    expect(open({ problems: 'sudoku' })).rejects.toThrow('known: mix, ');
    expect(open({ problems: null })).rejects.toThrow('give --data FILE');
  });
});

describe('verifiers', () => {
  test('a reward file is used as it is; one without a reward is refused', async () => {
    await Bun.write(
      join(root, 'reward.ts'),
      "import { defineReward } from '@or1/reward';\nexport default defineReward(({ response }) => response.length);\n",
    );
    const { verifier } = await openVerifier(join(root, 'reward.ts'), []);
    const input = { prompt: '', response: 'abc', finish: 'stop', record: {}, signal: new AbortController().signal } as const;
    expect(await verifier(input)).toMatchObject({ verdict: 'correct', reward: 3 });
    await Bun.write(join(root, 'empty.ts'), 'export default 3;\n');
    expect(openVerifier(join(root, 'empty.ts'), [])).rejects.toThrow('default export is not a reward');
    expect(openVerifier(join(root, 'none.ts'), [])).rejects.toThrow('no such file');
  });

  test('are picked by ability', async () => {
    const math = { ability: 'math', data_source: 'x', reward_model: { ground_truth: '1/2' } };
    const { verifier, close } = await openVerifier('auto', [math]);
    const input = { prompt: '', finish: 'stop', record: math, signal: new AbortController().signal } as const;
    expect(await verifier({ ...input, response: 'It is \\boxed{0.5}.' })).toMatchObject({ verdict: 'correct', reward: 1 });
    expect(await verifier({ ...input, response: 'It is \\boxed{0.6}.' })).toMatchObject({ verdict: 'incorrect', reward: 0 });
    await close();
  });

  test('records that no verifier takes are refused before the run', async () => {
    expect(openVerifier('auto', [{ ability: 'poetry', data_source: 'x' }])).rejects.toThrow('--reward FILE');
  });
});
