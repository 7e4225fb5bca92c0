import { describe, expect, test } from 'bun:test';
import { sha256 } from '../node/sha256.ts';
import { problemHash } from './items.ts';
import { type Provenance, publish, publishOptions } from './publish.ts';
import type { CurationItem } from './stage.ts';
import { someItem } from './testing/items.ts';

const licences = { a: 'MIT', b: 'Apache-2.0' };
const run = (items: readonly CurationItem[], options = {}) =>
  publish(
    { items, licences, trailOf: () => [{ stage: 'normalise', version: 1, note: null }], hasher: sha256 },
    publishOptions.parse(options),
  );
const many = (source: string, count: number, ability = 'math') =>
  Array.from({ length: count }, (_, index) => someItem(`${source} ${index}`, { id: `${source}#${index}`, source, ability }));
const provenance = (record: { extra_info: object }) => (record.extra_info as { provenance: Provenance }).provenance;
const idsOf = (records: readonly { extra_info: object }[]) => records.map((record) => provenance(record).id);

test('every record says where it comes from, under which licence, and what it passed', () => {
  const item = someItem('p', { id: 'a#3', source: 'a' });
  const [record] = run([item]).training;
  expect(record!.extra_info).toEqual({
    index: 0,
    provenance: {
      id: 'a#3',
      source: 'a',
      licence: 'MIT',
      hash: problemHash(sha256, item.record),
      trail: [{ stage: 'normalise', version: 1, note: null }],
    },
  });
  // The hash can be checked with any SHA-256.
  expect(provenance(record!).hash).toBe(sha256('[[["user","p"]],"math","[\\"1\\"]"]'));
});

test('what sources say beyond the schema is one text, so that all records have the same columns', () => {
  const item = someItem('p', { source: 'a' });
  const extra_info = { index: 'row-7', level: 5, fields: '{"type":"Algebra"}', model_difficulty: { m: 3 } };
  const [record] = run([{ ...item, record: { ...item.record, extra_info } }]).training;
  expect(record!.extra_info).toMatchObject({ model_difficulty: { m: 3 }, fields: '{"type":"Algebra","level":5,"index":"row-7"}' });
  expect(record!.extra_info).not.toHaveProperty('index');
});

describe('shuffle and split', () => {
  const items = [...many('a', 400), ...many('b', 400)];

  test('the order and the sides are decided by hash: the same whatever the order of the items', () => {
    const first = run(items, { heldOut: 0.1 });
    const other = run(items.toReversed(), { heldOut: 0.1 });
    expect(idsOf(other.training)).toEqual(idsOf(first.training));
    expect(idsOf(other.heldOut)).toEqual(idsOf(first.heldOut));
    expect(idsOf(first.training).slice(0, 10)).not.toEqual(idsOf(run(items, { heldOut: 0.1, seed: 2 }).training).slice(0, 10));
    expect(first.training.length + first.heldOut.length).toBe(800);
    // 80 expected, standard deviation 8.5.
    expect(first.heldOut.length).toBeGreaterThan(45);
    expect(first.heldOut.length).toBeLessThan(115);
  });

  test('a problem stays on its side when others come and go', () => {
    const whole = new Set(idsOf(run(items, { heldOut: 0.1 }).heldOut));
    const part = idsOf(run(items.slice(0, 300), { heldOut: 0.1 }).heldOut);
    expect(part.every((id) => whole.has(id))).toBeTrue();
  });

  test('a copy in another source falls on the same side', () => {
    const copies = many('a', 200).map((item, index) => ({ ...item, id: `b#${index}`, source: 'b' }));
    const { heldOut } = run([...many('a', 200), ...copies], { heldOut: 0.2 });
    const ids = idsOf(heldOut);
    expect(
      ids
        .filter((id) => id.startsWith('a'))
        .map((id) => id.slice(1))
        .sort(),
    ).toEqual(
      ids
        .filter((id) => id.startsWith('b'))
        .map((id) => id.slice(1))
        .sort(),
    );
  });

  test('without shuffling the order of the sources stays', () => {
    expect(idsOf(run(items, { shuffle: false }).training)).toEqual(items.map(({ id }) => id));
  });
});

describe('weights', () => {
  test('the release: code twice, math once; held-out records once', () => {
    const items = [...many('a', 300, 'math'), ...many('b', 200, 'code')];
    const { training, heldOut } = run(items, { weights: { code: 2, math: 1 }, heldOut: 0.1 });
    const count = (records: readonly { ability: string }[], ability: string) =>
      records.filter((record) => record.ability === ability).length;
    expect(count(training, 'math') + count(heldOut, 'math')).toBe(300);
    expect(count(training, 'code')).toBe(2 * (200 - count(heldOut, 'code')));
    expect(new Set(idsOf(heldOut)).size).toBe(heldOut.length);
  });

  test('a source before its ability; a half weight leaves about half out, by name', () => {
    const { training, left } = run([...many('a', 400), ...many('b', 400)], { weights: { a: 0.5, math: 1.25 } });
    const ofA = idsOf(training).filter((id) => id.startsWith('a')).length;
    expect(ofA + left.length).toBe(400);
    expect(ofA).toBeGreaterThan(150);
    expect(ofA).toBeLessThan(250);
    expect(left[0]).toMatchObject({ weight: 0.5, item: { source: 'a' } });
    expect(training.length - ofA).toBeGreaterThan(450);
    expect(training.length - ofA).toBeLessThan(550);
  });
});
