import { expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { plantTruth } from '@or1/data/planted';
import { compareWithDatasketch } from './datasketch.ts';
import type { ScaleFigures } from './scale-process.ts';

const DATA = join(import.meta.dir, '../../../../shared/data');

test('the comparison has a rate and shares for what was found, with or without the peer', async () => {
  const originals = Array.from({ length: 40 }, (_, index) => ({
    id: `${index}`,
    text: `Every day Mira carries ${index + 3} boxes of ${['tea', 'rice', 'salt', 'figs'][index % 4]} up the hill. Find how many she carries in a week.`,
    source: 'tales',
  }));
  const rows = await compareWithDatasketch(plantTruth(originals, [], { seed: 1, each: 3 }), () => undefined);
  expect(rows[0]).toMatchObject({ name: 'curate', unit: 'rows/s' });
  expect(rows[0]!.value).toBeGreaterThan(0);
  const shares = rows.slice(1);
  expect(shares).toHaveLength(4);
  expect(shares.every(({ unit, value }) => unit === 'share' && value >= 0 && value <= 1)).toBe(true);
  expect(shares.find(({ shape }) => shape.includes('exact copy found'))!.value).toBe(1);
});

test.skipIf(!existsSync(DATA))('the stages are measured in a process of their own', async () => {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'scale-process.ts'), '400', '1', DATA], { stdout: 'pipe' });
  const figures = JSON.parse(await new Response(child.stdout).text()) as ScaleFigures;
  expect(await child.exited).toBe(0);
  expect(figures.stages.map(({ stage }) => stage)).toEqual([
    'hash',
    'normalise',
    'duplicates-within-source',
    'filters',
    'duplicates',
    'decontamination',
  ]);
  expect(figures.stages[0]!.rows).toBe(400);
  expect(figures.stages.every(({ kept, rows }) => kept <= rows && kept > 300)).toBe(true);
  expect(figures.peakBytes).toBeGreaterThan(1e7);
});
