import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { pickRows } from './pick-rows.ts';

describe('pickRows', () => {
  test('keeps every row of a short curve', () => {
    expect(pickRows([3, 1, 2], 4)).toEqual([0, 1, 2]);
    expect(pickRows([], 4)).toEqual([]);
  });

  test('stays within the limit, in order, with both ends and both extremes', () => {
    const values = fc.array(fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { freq: 5 }), { minLength: 10, maxLength: 300 });
    fc.assert(
      fc.property(values, fc.integer({ min: 4, max: 60 }), (curve, limit) => {
        const rows = pickRows(curve, limit);
        expect(rows.length).toBeLessThanOrEqual(Math.max(limit, Math.min(curve.length, limit)));
        expect(rows).toEqual([...new Set(rows)].sort((left, right) => left - right));
        expect(rows[0]).toBe(0);
        expect(rows.at(-1)).toBe(curve.length - 1);
        const present = (picked: (number | null | undefined)[]) => picked.filter((value) => typeof value === 'number');
        const all = present(curve);
        if (all.length === 0) return;
        const kept = present(rows.map((row) => curve[row]));
        expect(Math.max(...kept)).toBe(Math.max(...all));
        expect(Math.min(...kept)).toBe(Math.min(...all));
      }),
    );
  });

  test('loses no single peak of a long curve', () => {
    const curve = Array.from({ length: 50_000 }, (_, row) => (row === 31_234 ? 9 : Math.sin(row / 700)));
    expect(pickRows(curve, 2000)).toContain(31_234);
  });
});
