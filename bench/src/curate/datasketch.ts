import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duplicate, findDuplicates } from '@or1/data/curation';
import { type PlantedRow, type Score, scorePlanted } from '@or1/data/planted';
import { type Row, row } from '../bench.ts';
import { processClock } from '../measure/interleave.ts';
import { startPython } from '../peers/python.ts';

const PEER = 'datasketch MinHashLSH, 128 permutations';
/** The similarity at which both call two texts near duplicates. */
const SIMILARITY = 0.55;
const ROUNDS = 3;
const COPIES = ['exact copy', 'near copies', 'changed number'];

interface Answer {
  readonly seconds: number;
  readonly duplicates: readonly (readonly [index: number, of: number])[];
}

/** De-duplication of the same rows by both in turns, on one thread each, by processor time: rows a second, and what they found. */
export async function compareWithDatasketch(rows: readonly PlantedRow[], say: (text: string) => void): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'or1-curate-'));
  try {
    const texts = join(folder, 'texts.jsonl');
    await writeFile(texts, rows.map(({ text }) => `${JSON.stringify(text)}\n`).join(''));
    const peer = await startPython('text_dedup.py', 1, { texts, threshold: SIMILARITY });
    if ('skipped' in peer) say(`curate: ${peer.skipped}`);
    const [ours, theirs]: [number[], number[]] = [[], []];
    let answer: Answer | null = null;
    let found: readonly Duplicate[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const start = processClock();
      found = findDuplicates(rows, { similarity: SIMILARITY });
      ours.push(rows.length / ((processClock() - start) / 1000));
      if ('skipped' in peer) continue;
      answer = await peer.ask<Answer>({ round });
      theirs.push(rows.length / answer.seconds);
    }
    if (!('skipped' in peer)) await peer.close();
    const speed = answer === null ? null : { name: PEER, value: median(theirs) };
    return [
      row('curate', `duplicates, ${rows.length} rows, 1 thread`, median(ours), 'rows/s', { peer: speed, repetitions: ROUNDS }),
      ...shareRows(rows, found, answer?.duplicates.map(([index, of]) => ({ index, of, kind: 'near', similarity: SIMILARITY })) ?? null),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

function shareRows(rows: readonly PlantedRow[], ours: readonly Duplicate[], theirs: readonly Duplicate[] | null): Row[] {
  const scoresOf = (duplicates: readonly Duplicate[]): readonly Score[] =>
    scorePlanted(rows, { duplicates, contamination: rows.map(() => null), filtered: rows.map(() => null) });
  const [own, peer] = [scoresOf(ours), theirs === null ? null : scoresOf(theirs)];
  const share = (what: string, kind: string, value: (score: Score) => number) => {
    const of = (scores: readonly Score[]) => value(scores.find((score) => score.kind === kind)!);
    return row('curate', `beside datasketch, ${what}`, of(own), 'share', {
      ceiling: 1,
      peer: peer === null ? null : { name: PEER, value: of(peer) },
    });
  };
  return [
    ...COPIES.map((kind) => share(kind === 'changed number' ? `${kind} kept` : `${kind} found`, kind, ({ recall }) => recall)),
    share('precision of what is found', 'near copies', ({ precision }) => precision!),
  ];
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]!;
}
