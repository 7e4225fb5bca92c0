import { expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles } from '../../node/index.ts';
import { readRows } from '../../read-rows.ts';
import { EvaluationIndex } from '../text/contamination.ts';
import { findDuplicates } from '../text/duplicates.ts';
import { filterText } from '../text/text-filters.ts';
import { plantTruth, type RealText } from './planted-truth.ts';
import { readEvaluationTexts, readRealTexts } from './real-texts.ts';
import { formatScores, scorePlanted } from './score.ts';

const folder = join(import.meta.dir, '../../../../../../shared/data');
const read = (path: string) => readRows(nodeFiles, join(folder, path));

/** Least share for each kind; hard negatives count as right when they are kept. */
const GOALS: Readonly<Record<string, number>> = {
  'exact copy': 1,
  'edited copy': 0.975,
  'restyled copy': 0.99,
  'respaced copy': 0.99,
  'near copies': 0.98,
  'changed number': 0.995,
  contaminated: 0.99,
  'changed evaluation': 0.99,
  url: 0.99,
  figure: 0.99,
  decoy: 0.99,
};

test.skipIf(!existsSync(folder))(
  'planted copies, contaminated rows and faults are found among the public sets, and hard negatives stay',
  async () => {
    const all = (await readRealTexts(read)).filter((_, index) => index % 2 === 0);
    const evaluations = await readEvaluationTexts(read);
    const own = new Set(findDuplicates(all).map(({ index }) => index));
    const originals: RealText[] = all.filter((_, index) => !own.has(index));
    const rows = plantTruth(originals, evaluations, { seed: 1, each: 700 });
    const index = new EvaluationIndex(evaluations.map(({ id, text, source }) => ({ id, text, set: source })));
    const scores = scorePlanted(rows, {
      duplicates: findDuplicates(rows),
      contamination: rows.map(({ text }) => index.find(text)),
      filtered: rows.map(({ text }) => filterText(text, ['url', 'figure'])),
    });
    console.log(`${originals.length} real rows, ${rows.length} with what was planted\n${formatScores(scores)}`);
    expect(scores.map(({ kind }) => kind).toSorted()).toEqual(Object.keys(GOALS).toSorted());
    for (const { kind, recall, precision } of scores) {
      expect(recall, kind).toBeGreaterThanOrEqual(GOALS[kind]!);
      expect(precision ?? 1, kind).toBeGreaterThanOrEqual(0.99);
    }
  },
  60_000,
);

test('planted rows are the same for the same seed, and an original has one partner at most', () => {
  const originals = Array.from({ length: 60 }, (_, index) => ({
    id: `${index}`,
    text: `Mira buys ${index + 2} pencils and wants to give them to her friends. Find how many pencils each gets.`,
    source: index % 2 === 0 ? 'one' : 'two',
  }));
  const evaluations = [{ id: 'e', text: 'A tower is 12 metres tall. Find its height in feet.', source: 'contest' }];
  const plant = (seed: number) => plantTruth(originals, evaluations, { seed, each: 5 });
  expect(plant(3)).toEqual(plant(3));
  expect(plant(3)).not.toEqual(plant(4));
  const rows = plant(3);
  expect(rows.filter(({ kind }) => kind === 'contaminated')).toHaveLength(5);
  const byProblem = Map.groupBy(
    rows.filter(({ kind }) => !['contaminated', 'changed evaluation'].includes(kind)),
    ({ problem }) => problem,
  );
  expect([...byProblem.values()].every((group) => group.length <= 2)).toBe(true);
  expect(rows.filter(({ kind }) => kind === 'exact copy').every(({ text, problem }) => originals[Number(problem)]!.text === text)).toBe(
    true,
  );
});

test('scores count what was found, what was missed and what was wrongly found', () => {
  const row = (kind: 'original' | 'exact copy' | 'edited copy' | 'url' | 'contaminated', problem: string) => ({
    text: '',
    source: '',
    kind,
    problem,
  });
  const rows = [
    row('original', 'a'),
    row('exact copy', 'a'),
    row('original', 'b'),
    row('edited copy', 'b'),
    row('url', 'c'),
    row('contaminated', 'd'),
  ];
  const scores = scorePlanted(rows, {
    duplicates: [
      { index: 1, of: 0, kind: 'exact', similarity: 1 },
      { index: 4, of: 2, kind: 'near', similarity: 0.6 },
    ],
    contamination: [{ id: 'x', rule: 'n-gram', similarity: 1 }, null, null, null, null, { id: 'x', rule: 'n-gram', similarity: 1 }],
    filtered: rows.map(() => null),
  });
  const of = (kind: string) => scores.find((score) => score.kind === kind)!;
  expect(of('exact copy')).toMatchObject({ planted: 1, right: 1, precision: 0.5 });
  expect(of('edited copy')).toMatchObject({ planted: 1, right: 0, missed: [3] });
  expect(of('contaminated')).toMatchObject({ right: 1, precision: 0.5 });
  expect(of('url')).toMatchObject({ planted: 1, right: 0, recall: 0 });
});
