import { afterAll, describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type CurationItem, makeStage, memoryLedger, readSources, runStage, type StageServices } from '@or1/data/curation';
import { nodeFiles, sha256 } from '@or1/data/node';
import { openJudges } from './judges.ts';
import { brokenSuites, failingReferences, type PlantedFault, plantFaults, wrongAnswers } from './planted-faults.ts';

const DATA = join(import.meta.dir, '../../../../../shared/data');
const isAbsent = !existsSync(DATA);
if (isAbsent) console.warn(`planted faults: no problem sets at ${DATA}; skipped`);

const judges = openJudges('auto', undefined);
afterAll(() => judges.close());
const services = { mathJudge: judges.math, referenceJudge: judges.references } as StageServices;
const host = { hasher: sha256, ledger: memoryLedger(), signal: new AbortController().signal, now: () => performance.now() };

async function itemsOf(file: string, mapping: string): Promise<readonly CurationItem[]> {
  const source = { name: mapping, files: [join(DATA, file)], mapping, licence: '' };
  const { items } = await readSources(nodeFiles, [source], { hasher: sha256, onError: 'stop' });
  return (await runStage(await makeStage('normalise', {}, services), items, host)).kept;
}

/** Which of the rows the stages drop, and by fault how many were found; precision over the rows that were sound. */
async function score(planted: readonly PlantedFault[], stages: readonly string[]) {
  const gone = new Set<string>();
  let items: readonly CurationItem[] = planted.map(({ item }) => item);
  for (const name of stages) {
    const { kept, dropped } = await runStage(await makeStage(name, {}, services), items, host);
    for (const { item } of dropped) gone.add(item.id);
    items = kept;
  }
  const faulty = planted.filter(({ fault }) => fault !== null);
  const found = faulty.filter(({ item }) => gone.has(item.id));
  const missed = faulty.filter(({ item }) => !gone.has(item.id)).map(({ item, fault }) => `${item.id}: ${fault}`);
  return { planted: faulty.length, recall: found.length / faulty.length, precision: found.length / gone.size, missed };
}

/** The rows that a stage keeps as they are: what goes without a fault of ours has one of its own. */
async function sound(items: readonly CurationItem[], stages: readonly string[]): Promise<readonly CurationItem[]> {
  let kept = items;
  for (const name of stages) kept = (await runStage(await makeStage(name, {}, services), kept, host)).kept;
  return kept;
}

describe.skipIf(isAbsent)('faults planted in real rows', () => {
  test('wrong answers beside worked solutions: found in 99 of 100', async () => {
    const items = [...(await itemsOf('gsm8k/train.jsonl.gz', 'gsm8k')), ...(await itemsOf('aime/train_aime_1983_2023.json.gz', 'aime'))];
    const { planted, recall, precision, missed } = await score(plantFaults(items, wrongAnswers, 4), ['answers']);
    console.info(`wrong answers: ${planted} planted among ${items.length}, recall ${recall.toFixed(4)}, precision ${precision.toFixed(4)}`);
    expect(planted).toBeGreaterThan(1000);
    expect(recall, missed.slice(0, 5).join('\n')).toBeGreaterThanOrEqual(0.99);
    expect(precision).toBeGreaterThanOrEqual(0.99);
  });

  test('broken test suites: all of them, and none besides', async () => {
    const items = await sound(await itemsOf('leetcode/LeetCodeDataset-v0.2.0-train.jsonl.gz', 'leetcode'), ['test-suites']);
    const { planted, recall, precision, missed } = await score(plantFaults(items, brokenSuites, 2), ['test-suites']);
    console.info(`broken suites: ${planted} planted among ${items.length}, recall ${recall.toFixed(4)}, precision ${precision.toFixed(4)}`);
    expect(planted).toBeGreaterThan(800);
    expect(missed).toEqual([]);
    expect({ recall, precision }).toEqual({ recall: 1, precision: 1 });
  });

  test('solutions that fail and tests that expect something else: all of them, run in the sandbox', async () => {
    const all = await itemsOf('humaneval/HumanEval.jsonl.gz', 'humaneval');
    const items = (await sound(all, ['test-suites'])).slice(0, 60);
    const { planted, recall, precision, missed } = await score(plantFaults(items, failingReferences, 2), ['test-suites', 'references']);
    console.info(
      `failing references: ${planted} planted among ${items.length}, recall ${recall.toFixed(4)}, precision ${precision.toFixed(4)}`,
    );
    expect(planted).toBeGreaterThan(20);
    expect(missed).toEqual([]);
    expect({ recall, precision }).toEqual({ recall: 1, precision: 1 });
  });
});
