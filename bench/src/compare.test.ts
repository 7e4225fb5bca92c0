import { describe, expect, test } from 'bun:test';
import { row } from './bench.ts';
import { compareRows } from './compare.ts';

const machine = { cpu: 'test processor', cores: 2 };
const saved = (rows: object[]) => ({ machine, rows }) as Parameters<typeof compareRows>[1];
const compare = (now: Parameters<typeof compareRows>[0], before: object[]) => compareRows(now, saved(before), 'before.json', machine);
const rate = (value: number, spread = 0) => row('gemm', 'cube', value, 'GFLOP/s', { spread });

describe('compareRows', () => {
  test('a rate that falls by more than 5 % is a regression, by less is not', () => {
    expect(compare([rate(94)], [rate(100)]).regressions).toMatchObject([{ before: 100, now: 94, tolerance: 0.05 }]);
    expect(compare([rate(96)], [rate(100)])).toMatchObject({ compared: 1, regressions: [], improvements: [] });
  });
  test('the spread of either measurement widens the tolerance', () => {
    expect(compare([rate(85, 0.2)], [rate(100)]).regressions).toEqual([]);
    expect(compare([rate(85)], [rate(100, 0.2)]).regressions).toEqual([]);
    expect(compare([rate(75)], [rate(100, 0.2)]).regressions).toHaveLength(1);
  });
  test('for times and memory more is worse', () => {
    const bytes = (value: number) => row('phases', 'arena', value, 'bytes');
    expect(compare([bytes(120)], [bytes(100)]).regressions).toHaveLength(1);
    expect(compare([bytes(80)], [bytes(100)]).improvements).toHaveLength(1);
  });
  test('rows are matched by name, shape and unit; what a benchmark no longer measures is named', () => {
    const old = [rate(100), row('gemm', 'gone', 1, 'GFLOP/s'), row('generate', 'not run now', 1, 'tokens/s')];
    expect(compare([rate(100), row('gemm', 'new', 5, 'GFLOP/s')], old)).toMatchObject({ compared: 1, missing: ['gemm: gone (GFLOP/s)'] });
  });
  test('another machine is noticed', () => {
    expect(compareRows([rate(1)], { machine: { cpu: 'other', cores: 2 }, rows: [] }, 'f', machine).same_machine).toBe(false);
    expect(compare([rate(1)], []).same_machine).toBe(true);
  });
});

test('a ratio above 1 means better than the peer, for rates and for times', () => {
  expect(row('a', 'b', 20, 'tokens/s', { peer: { name: 'p', value: 10 } }).ratio_to_peer).toBe(2);
  expect(row('a', 'b', 10, 's', { peer: { name: 'p', value: 20 } }).ratio_to_peer).toBe(2);
  expect(row('a', 'b', 20, 'GFLOP/s', { ceiling: 40 }).share_of_ceiling).toBe(0.5);
});
