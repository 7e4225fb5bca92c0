import type { Contamination } from '../text/contamination.ts';
import type { Duplicate } from '../text/duplicates.ts';
import type { Filtered } from '../text/text-filters.ts';
import type { PlantedKind, PlantedRow } from './planted-truth.ts';

/** What the stages said of planted rows; `contamination` and `filtered` have one entry a row. */
export interface Findings {
  readonly duplicates: readonly Duplicate[];
  readonly contamination: readonly (Contamination | null)[];
  readonly filtered: readonly (Filtered | null)[];
}

export interface Score {
  readonly kind: string;
  readonly planted: number;
  /** Planted rows that were treated as they should: found, or for hard negatives kept. */
  readonly right: number;
  /** right / planted. */
  readonly recall: number;
  /** Share of what was found, by the stage that looks for the kind, that was planted; null where nothing is to be found. */
  readonly precision: number | null;
  /** Numbers of the rows that were not treated as they should. */
  readonly missed: readonly number[];
}

const COPIES: readonly PlantedKind[] = ['exact copy', 'edited copy', 'restyled copy', 'respaced copy'];

/** Rows whose faults are known; a real row may have a fault of its own. */
const FAULTS: readonly PlantedKind[] = ['url', 'figure', 'decoy'];

/** Scores findings against what was planted, kind by kind. */
export function scorePlanted(rows: readonly PlantedRow[], { duplicates, contamination, filtered }: Findings): Score[] {
  const paired = new Set<number>();
  let rightPairs = 0;
  let judgedPairs = 0;
  const dropped = new Set<number>();
  for (const { index, of } of duplicates) {
    dropped.add(index);
    // Contaminated rows repeat their evaluation text more often than once; that is for decontamination to find.
    if (rows[index]!.kind === 'contaminated') continue;
    judgedPairs++;
    if (rows[index]!.problem !== rows[of]!.problem) continue;
    rightPairs++;
    paired.add(index).add(of);
  }
  const precisionOfCopies = ratio(rightPairs, judgedPairs);
  const foundBy = (is: (index: number) => boolean, kind: PlantedKind) => {
    const found = rows.flatMap((row, index) => (is(index) && FAULTS.includes(row.kind) ? [row.kind] : []));
    return ratio(found.filter((each) => each === kind).length, found.length);
  };
  const isContaminated = (index: number) => contamination[index] !== null;
  const hasReason = (reason: Filtered['reason']) => (index: number) => filtered[index]?.reason === reason;
  const count = (kind: PlantedKind, isRight: (index: number) => boolean, precision: number | null): Score => {
    const planted = rows.flatMap((row, index) => (row.kind === kind ? [index] : []));
    const missed = planted.filter((index) => !isRight(index));
    const right = planted.length - missed.length;
    return { kind, planted: planted.length, right, recall: ratio(right, planted.length), precision, missed };
  };
  const wronglyContaminated = rows.filter((row, index) => isContaminated(index) && row.kind !== 'contaminated').length;
  const rightlyContaminated = rows.filter((row, index) => isContaminated(index) && row.kind === 'contaminated').length;
  const copies = COPIES.map((kind) => count(kind, (index) => paired.has(index), precisionOfCopies));
  return [
    ...copies,
    together('near copies', copies.slice(1), precisionOfCopies),
    count('changed number', (index) => !dropped.has(index) && !isContaminated(index), null),
    count('contaminated', isContaminated, ratio(rightlyContaminated, rightlyContaminated + wronglyContaminated)),
    count('changed evaluation', (index) => !isContaminated(index), null),
    count('url', hasReason('url'), foundBy(hasReason('url'), 'url')),
    count('figure', hasReason('figure'), null),
    count('decoy', (index) => filtered[index]?.match === undefined || !DECOY_WORDS.test(filtered[index].match), null),
  ];
}

/** What a filter may not stumble over in a decoy; the original under it may hold a real figure. */
const DECOY_WORDS = /figure out|significant figures|draw a diagram|picture of his|a graph is|has shown|blog|readers/i;

function together(kind: string, scores: readonly Score[], precision: number | null): Score {
  const planted = scores.reduce((sum, score) => sum + score.planted, 0);
  const right = scores.reduce((sum, score) => sum + score.right, 0);
  return { kind, planted, right, recall: ratio(right, planted), precision, missed: scores.flatMap(({ missed }) => missed) };
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}

/** The scores as aligned text. */
export function formatScores(scores: readonly Score[]): string {
  const share = (value: number | null) => (value === null ? '' : `${(100 * value).toFixed(2)} %`);
  const lines = [
    ['kind', 'planted', 'right', 'recall', 'precision'],
    ...scores.map(({ kind, planted, right, recall, precision }) => [kind, `${planted}`, `${right}`, share(recall), share(precision)]),
  ];
  return lines.map(([kind, ...figures]) => kind!.padEnd(20) + figures.map((figure) => figure.padStart(11)).join('')).join('\n');
}
