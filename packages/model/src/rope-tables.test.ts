import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { parseModelConfig } from './config.ts';
import type { JsonObject } from './config-types.ts';
import { inverseFrequencies, ropeTables } from './rope-tables.ts';

interface RopeRecord {
  readonly config: JsonObject;
  readonly inverseFrequencies: readonly number[];
  readonly attentionFactor: number;
  readonly rows: readonly { readonly position: number; readonly cosine: readonly number[]; readonly sine: readonly number[] }[];
}

const { packages: _, ...cases } = (await Bun.file(join(import.meta.dir, '../../../test/oracles/rope.json')).json()) as Record<
  string,
  RopeRecord
>;

describe('rotary tables against transformers', () => {
  test.each(Object.entries(cases))('%s', (_name, record) => {
    const config = parseModelConfig(record.config, null);
    const frequencies = inverseFrequencies(config);
    expect(frequencies.length).toBe(record.inverseFrequencies.length);
    for (const [pair, expected] of record.inverseFrequencies.entries()) {
      expect(Math.abs(frequencies[pair]! / expected - 1)).toBeLessThan(5e-7);
    }
    const { scaling } = config.rope;
    expect('attentionFactor' in scaling ? scaling.attentionFactor : 1).toBeCloseTo(record.attentionFactor, 7);

    const half = config.headWidth / 2;
    const tables = ropeTables(config, 1 + Math.max(...record.rows.map((row) => row.position)));
    for (const row of record.rows) {
      // transformers multiplies position and frequency in f32.
      const tolerance = 2e-6 + row.position * 2e-7;
      for (let pair = 0; pair < half; pair++) {
        const at = row.position * half + pair;
        expect(Math.abs(tables.cosine[at]! - row.cosine[pair]!)).toBeLessThan(tolerance);
        expect(Math.abs(tables.sine[at]! - row.sine[pair]!)).toBeLessThan(tolerance);
      }
    }
  });
});

test('the table agrees with Math to f32 rounding', () => {
  const config = parseModelConfig(cases.default!.config, null);
  const tables = ropeTables(config, 3000);
  const half = config.headWidth / 2;
  for (let position = 0; position < 3000; position += 7) {
    for (let pair = 0; pair < half; pair++) {
      const angle = position * 10000 ** (-pair / half);
      expect(Math.abs(tables.cosine[position * half + pair]! - Math.cos(angle))).toBeLessThan(6.1e-8);
      expect(Math.abs(tables.sine[position * half + pair]! - Math.sin(angle))).toBeLessThan(6.1e-8);
    }
  }
});

test('a shorter table is the beginning of a longer one', () => {
  const config = parseModelConfig(cases.yarn!.config, null);
  const short = ropeTables(config, 10);
  expect(ropeTables(config, 50).cosine.slice(0, short.cosine.length)).toEqual(short.cosine);
});

test.each([
  ['dynamic within its length', 256],
  ['longrope', 512],
] as const)('%s: sequences beyond %d positions are refused', (name, limit) => {
  const config = parseModelConfig(cases[name]!.config, null);
  expect(ropeTables(config, limit).cosine.length).toBe((limit * config.headWidth) / 2);
  expect(() => ropeTables(config, limit + 1)).toThrow(`beyond ${limit} positions`);
});
