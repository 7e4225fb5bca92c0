import { describe, expect, test } from 'bun:test';
import { sha256 } from '../node/sha256.ts';
import { memoryFiles } from '../testing/memory-files.ts';
import { memoryLedger } from './ledger.ts';
import { normaliseOptions, normaliseStage } from './normalise.ts';
import { type Pipeline, runPipeline } from './pipeline.ts';
import { publishOptions } from './publish.ts';
import { curationReport } from './report-data.ts';
import { KEEP, type Stage } from './stage.ts';

const row = (n: number) => JSON.stringify({ problem: `What is ${n} + ${n}?`, answer: String(2 * n) });
const files = memoryFiles({
  'a.jsonl': `${Array.from({ length: 40 }, (_, n) => row(n)).join('\n')}\n{"problem": "nothing", "answer": ""}`,
  'b.jsonl': Array.from({ length: 10 }, (_, n) => row(n + 35)).join('\n'),
});
/** Drops a problem that an earlier one is, and says which. */
const sameText: Stage = {
  name: 'same-text',
  version: 2,
  scope: 'set',
  options: {},
  inputs: [],
  judge: (items) =>
    items.map((item, index) => {
      const first = items.findIndex(({ text }) => text === item.text);
      return first < index ? { verdict: 'drop', reason: 'the same', like: { id: items[first]!.id, similarity: 1 } } : KEEP;
    }),
};
const hardness: Stage = {
  name: 'hardness',
  version: 1,
  scope: 'record',
  options: {},
  inputs: [],
  applies: ({ source }) => source === 'a',
  judge: (items) =>
    items.map(({ record }) => {
      const wrong = record.prompt[0]!.content.length;
      return {
        verdict: 'keep',
        note: { wrong },
        record: { ...record, extra_info: { ...record.extra_info, model_difficulty: { m: wrong - 10 } } },
      };
    }),
};
const pipeline: Pipeline = {
  sources: [
    { name: 'a', files: ['a.jsonl'], mapping: 'math', licence: 'MIT' },
    { name: 'b', files: ['b.jsonl'], mapping: 'auto', licence: 'Apache-2.0' },
  ],
  stages: [normaliseStage(normaliseOptions.parse({})), sameText, hardness],
  publish: publishOptions.parse({ weights: { b: 0 }, heldOut: 0.2 }),
  onError: 'stop',
};
const run = (ledger = memoryLedger()) =>
  runPipeline(pipeline, { files, ledger, hasher: sha256, signal: new AbortController().signal, now: () => 0 });

describe('a pipeline', () => {
  test('counts every row once: read, dropped by a stage, left out by a weight, or written', async () => {
    const { read, stages, dropped, published } = await run();
    expect(read.rows).toEqual({ a: 41, b: 10 });
    expect(read.left).toHaveLength(1);
    expect(stages.map(({ name, in: came, kept, reasons }) => [name, came, kept, reasons])).toEqual([
      ['normalise', 50, 50, {}],
      ['same-text', 50, 45, { 'the same': 5 }],
      ['hardness', 45, 45, {}],
    ]);
    const written = published.training.length + published.heldOut.length;
    expect(read.left.length + dropped.length + written).toBe(51);
    const mixed = dropped.filter(({ stage }) => stage === 'mix');
    expect(mixed.length).toBeGreaterThan(0);
    expect(mixed.every(({ item }) => item.source === 'b')).toBeTrue();
  });

  test('the trail holds the stages that had a say, with their notes', async () => {
    const { published } = await run();
    const record = [...published.training, ...published.heldOut].find(({ prompt }) => prompt[0]!.content === 'What is 3 + 3?')!;
    expect((record.extra_info.provenance as { trail: unknown }).trail).toEqual([
      { stage: 'normalise', version: 1, note: null },
      { stage: 'same-text', version: 2, note: null },
      { stage: 'hardness', version: 1, note: '{"wrong":14}' },
    ]);
    const ofB = published.heldOut.find(({ extra_info }) => (extra_info.provenance as { source: string }).source === 'b');
    if (ofB !== undefined) expect((ofB.extra_info.provenance as { trail: unknown[] }).trail).toHaveLength(2);
  });

  test('a second run from the same ledger gives the same', async () => {
    const ledger = memoryLedger();
    const first = await run(ledger);
    const second = await run(ledger);
    expect(second.published).toEqual(first.published);
    expect(second.dropped).toEqual(first.dropped);
    expect(second.stages.map(({ remembered }) => remembered)).toEqual([0, 50, 40]);
  });
});

test('the report adds up, shows pairs with both texts, and difficulty by source', async () => {
  const result = await run();
  const report = curationReport({
    title: 'T',
    sources: pipeline.sources,
    result,
    wallMs: 1500,
    files: { training: 't', heldOut: null, dropped: 'd' },
  });
  expect(report).toMatchObject({ in: 51, wall_s: 1.5, left: { count: 1, reasons: { 'empty answer': 1 } } });
  const [a, b] = report.sources;
  expect(a).toMatchObject({ rows: 41, kept: 40, dropped: { 'read: empty answer': 1 }, licence: 'MIT' });
  expect(b).toMatchObject({ rows: 10, kept: 5, dropped: { 'same-text: the same': 5 } });
  expect(a!.written + b!.written).toBe(report.out + report.heldOut);
  expect(report.pairs).toHaveLength(5);
  for (const { dropped, stays } of report.pairs) expect(stays.text).toBe(dropped.text);
  expect(report.samples.find(({ reason }) => reason === 'the same')).toMatchObject({
    stage: 'same-text',
    count: 5,
    samples: { length: 5 },
  });
  // 'What is n + n?' is 14 characters long for one digit, 16 for two.
  expect(report.difficulty).toEqual([{ model: 'm', source: 'a', counts: [0, 0, 0, 0, 10, 0, 30, ...new Array(10).fill(0)] }]);
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
});
