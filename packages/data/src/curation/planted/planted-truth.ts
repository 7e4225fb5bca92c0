import { deriveKey, RandomStream } from '../../random.ts';
import {
  changeNumber,
  editWords,
  plantDecoy,
  plantFigure,
  plantUrl,
  type Rewording,
  respace,
  restyleLatex,
  shuffled,
  wrap,
} from './rewordings.ts';

/** How a planted row came to be. `original` rows are real and stand as they are. */
export type PlantedKind =
  | 'original'
  | 'exact copy'
  | 'edited copy'
  | 'restyled copy'
  | 'respaced copy'
  | 'changed number'
  | 'contaminated'
  | 'changed evaluation'
  | 'url'
  | 'figure'
  | 'decoy';

export interface PlantedRow {
  readonly text: string;
  readonly source: string;
  readonly kind: PlantedKind;
  /** Rows with the same problem state the same problem; everything else states different ones. */
  readonly problem: string;
}

export interface PlantOptions {
  readonly seed: number;
  /** Rows of each kind. */
  readonly each: number;
}

export interface RealText {
  readonly id: string;
  readonly text: string;
  readonly source: string;
}

/** Kinds that state their original's problem again, and kinds that make it another. */
const PLANTED: readonly (readonly [PlantedKind, Rewording, 'same' | 'other'])[] = [
  ['exact copy', (text) => text, 'same'],
  ['edited copy', editWords, 'same'],
  ['restyled copy', restyleLatex, 'same'],
  ['respaced copy', respace, 'same'],
  ['changed number', changeNumber, 'other'],
  ['url', plantUrl, 'same'],
  ['figure', plantFigure, 'same'],
  ['decoy', plantDecoy, 'same'],
];

/**
 * Real rows with copies, hard negatives, contaminated rows and faults planted among them, in an order drawn from the seed. An original is used
 * once, so every copy has one partner; copies stand anywhere, half of them in a source drawn at random. Each evaluation text appears
 * equally often. Rows with a url, a figure or a decoy take their original's place. The originals must not hold one problem twice.
 */
export function plantTruth(originals: readonly RealText[], evaluations: readonly RealText[], { seed, each }: PlantOptions): PlantedRow[] {
  const random = new RandomStream(deriveKey(seed, 1));
  const sources = [...new Set(originals.map(({ source }) => source))];
  const rows: PlantedRow[] = [];
  const open = new Set(originals);
  for (const [kind, reword, sense] of PLANTED) {
    let made = 0;
    for (const original of shuffled([...open], random)) {
      if (made === each) break;
      const { id, text, source } = original;
      const copy = reword(text, random);
      if (copy === null) continue;
      open.delete(original);
      made++;
      const isReplaced = kind === 'url' || kind === 'figure' || kind === 'decoy';
      const place = isReplaced || random.uniform() < 0.5 ? source : random.pick(sources);
      rows.push({ text: copy, source: place, kind, problem: sense === 'same' ? id : `${id}, other numbers` });
      if (!isReplaced) rows.push({ text, source, kind: 'original', problem: id });
    }
  }
  for (const { id, text, source } of open) rows.push({ text, source, kind: 'original', problem: id });
  for (let made = 0; evaluations.length > 0 && made < each; made++) {
    const { id, text, source } = evaluations[made % evaluations.length]!;
    rows.push({ text: paraphrase(text, random), source: random.pick(sources), kind: 'contaminated', problem: `evaluation ${id}` });
    // A program's examples are no part of what it is to do, so other numbers make another problem of mathematics only.
    const changed = /^\s*def /m.test(text) ? null : changeNumber(text, random);
    if (changed !== null) rows.push({ text: changed, source, kind: 'changed evaluation', problem: `evaluation ${id}: ${changed}` });
  }
  return shuffled(rows, random);
}

/** A light paraphrase: edited words, restyled formulas, other whitespace, sometimes wrapped. */
export function paraphrase(text: string, random: RandomStream): string {
  const steps: readonly (readonly [Rewording, number])[] = [
    [editWords, 0.8],
    [restyleLatex, 0.6],
    [respace, 0.4],
    [wrap, 0.4],
  ];
  return steps.reduce((reworded, [step, chance]) => (random.uniform() < chance ? (step(reworded, random) ?? reworded) : reworded), text);
}
