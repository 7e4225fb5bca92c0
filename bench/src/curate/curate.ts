/**
 * Curation of texts: recall and precision over planted truth, the same and the speed beside datasketch, and rows a second by stage at three sizes.
 *
 * Run alone: `bun run bench curate`. The collections are read from `../shared/data`.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readRows } from '@or1/data';
import { EvaluationIndex, filterText, findDuplicates } from '@or1/data/curation';
import { nodeFiles } from '@or1/data/node';
import {
  type PlantedRow,
  plantTruth,
  type RealText,
  readEvaluationTexts,
  readRealTexts,
  type Score,
  scorePlanted,
} from '@or1/data/planted';
import { type BenchOptions, type Row, row } from '../bench.ts';
import { compareWithDatasketch } from './datasketch.ts';
import type { ScaleFigures } from './scale-process.ts';

export const name = 'curate';

const DATA = resolve(import.meta.dir, '../../../../shared/data');
const SIZES = [100_000, 300_000, 900_000];
const PLANTED_OF_EACH = 2000;

export async function run({ say, seed }: BenchOptions): Promise<readonly Row[]> {
  if (!existsSync(DATA)) {
    say(`curate: no collections under ${DATA}; skipped`);
    return [];
  }
  const planted = await plantedRows(seed);
  say(`curate: planted truth, ${planted.length} rows`);
  const rows = scoreRows(await scoresOf(planted), planted.length);
  say('curate: duplicates beside datasketch');
  rows.push(...(await compareWithDatasketch(await comparedRows(seed), say)));
  for (const size of SIZES) {
    say(`curate: ${size} rows through the stages`);
    rows.push(...scaleRows(await scaleFigures(size, seed)));
  }
  return rows;
}

const read = (path: string) => readRows(nodeFiles, join(DATA, path));

/** The real rows without their own duplicates, so that what is planted among them is all there is to find. */
async function originalTexts(): Promise<RealText[]> {
  const all = await readRealTexts(read);
  const own = new Set(findDuplicates(all).map(({ index }) => index));
  return all.filter((_, index) => !own.has(index));
}

async function plantedRows(seed: number): Promise<PlantedRow[]> {
  return plantTruth(await originalTexts(), await readEvaluationTexts(read), { seed, each: PLANTED_OF_EACH });
}

/** Half of the real rows, with copies and hard negatives, for a peer that is slower. */
async function comparedRows(seed: number): Promise<PlantedRow[]> {
  const half = (await originalTexts()).filter((_, index) => index % 2 === 0);
  return plantTruth(half, [], { seed, each: PLANTED_OF_EACH / 2 }).filter(
    ({ kind }) => kind !== 'url' && kind !== 'figure' && kind !== 'decoy',
  );
}

async function scoresOf(rows: readonly PlantedRow[]): Promise<Score[]> {
  const evaluations = await readEvaluationTexts(read);
  const index = new EvaluationIndex(evaluations.map(({ id, text, source }) => ({ id, text, set: source })));
  return scorePlanted(rows, {
    duplicates: findDuplicates(rows),
    contamination: rows.map(({ text }) => index.find(text)),
    filtered: rows.map(({ text }) => filterText(text, ['url', 'figure'])),
  });
}

function scoreRows(scores: readonly Score[], total: number): Row[] {
  return scores.flatMap(({ kind, planted, recall, precision }) => {
    const shape = `${kind}, ${planted} planted among ${total}`;
    const isNegative = kind.startsWith('changed') || kind === 'decoy';
    const found = row(name, `${isNegative ? 'kept' : 'recall'}: ${shape}`, recall, 'share', { ceiling: 1 });
    return precision === null ? [found] : [found, row(name, `precision: ${shape}`, precision, 'share', { ceiling: 1 })];
  });
}

async function scaleFigures(rows: number, seed: number): Promise<ScaleFigures> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'scale-process.ts'), String(rows), String(seed), DATA], {
    stdout: 'pipe',
    stderr: 'inherit',
  });
  const [text, code] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  if (code !== 0) throw new Error(`scale-process.ts ended with ${code} at ${rows} rows`);
  return JSON.parse(text) as ScaleFigures;
}

function scaleRows({ rows, characters, stages, peakBytes }: ScaleFigures): Row[] {
  const size = `${rows.toLocaleString('en')} rows of ${Math.round(characters / rows)} characters`;
  const total = stages.reduce((sum, { processorSeconds }) => sum + processorSeconds, 0);
  const wall = stages.reduce((sum, { wallSeconds }) => sum + wallSeconds, 0);
  return [
    ...stages.map(({ stage, rows: asked, kept, processorSeconds }) =>
      row(name, `${stage}, ${size}`, asked / processorSeconds, 'rows/s', { note: `${asked - kept} of ${asked} rows go` }),
    ),
    row(name, `all stages, ${size}`, rows / total, 'rows/s'),
    row(name, `all stages, processor time, ${size}`, total, 's'),
    row(name, `all stages, wall clock, ${size}`, wall, 's'),
    row(name, `peak memory, ${size}`, peakBytes, 'bytes'),
  ];
}
