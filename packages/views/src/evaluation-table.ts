import { type BeforeAfter, beforeAfter } from './facts.ts';
import { formatCount, formatPoints } from './format.ts';
import type { RunData, Score } from './run-data.ts';

export interface Cell {
  readonly text: string;
  /** What stands beside it in a smaller voice. */
  readonly detail?: string;
}

export interface EvaluationTable {
  readonly head: readonly string[];
  readonly rows: readonly { readonly head: string; readonly cells: readonly Cell[] }[];
  readonly note: string;
}

interface ScorePair {
  readonly problems: string;
  readonly temperature: number;
  readonly before: Score;
  readonly after: Score | null;
  /** Over all families only: an evaluation keeps no entropy by family. */
  readonly entropy: readonly [before: number, after: number | null] | null;
}

interface Column {
  readonly head: string;
  cell(pair: ScorePair): Cell | string;
}

function percent(share: number): string {
  return (share * 100).toFixed(1);
}

function accuracy({ average, low, high }: Score): Cell {
  return { text: percent(average), detail: `(${percent(low)} to ${percent(high)})` };
}

/** A figure before and after, or before alone. */
function change(head: string, read: (score: Score) => string): Column {
  return { head, cell: ({ before, after }) => (after === null ? read(before) : `${read(before)} → ${read(after)}`) };
}

function entropyCell({ entropy }: ScorePair): string {
  if (entropy === null) return '';
  const [before, after] = entropy;
  return after === null ? before.toFixed(3) : `${before.toFixed(3)} → ${after.toFixed(3)}`;
}

/** With one sample a problem, pass@k and majority are the accuracy again and stay out. */
function columns(after: string, manySamples: boolean): Column[] {
  const overSamples = [change('pass@k', ({ pass }) => percent(pass)), change('majority', ({ majority }) => percent(majority))];
  return [
    { head: 'temperature', cell: ({ temperature }) => String(temperature) },
    { head: 'before', cell: ({ before }) => accuracy(before) },
    { head: after, cell: (pair) => (pair.after === null ? '–' : accuracy(pair.after)) },
    { head: 'change', cell: (pair) => (pair.after === null ? '–' : formatPoints(pair.after.average - pair.before.average)) },
    ...(manySamples ? overSamples : []),
    change('mean length', ({ meanLength }) => meanLength.toFixed(1)),
    change('cut off', ({ truncatedShare }) => percent(truncatedShare)),
    { head: 'entropy', cell: entropyCell },
    { head: 'problems × k', cell: ({ before }) => `${formatCount(before.problems)} × ${before.samples}` },
  ];
}

function scorePairs({ temperature, base, last }: BeforeAfter): ScorePair[] {
  const all: ScorePair = {
    ...{ problems: 'all', temperature, before: base.score, after: last?.score ?? null },
    entropy: [base.entropy, last?.entropy ?? null],
  };
  const families = Object.entries(base.bySource);
  if (families.length < 2) return [all];
  return [
    all,
    ...families.map(([problems, before]) => ({ problems, temperature, before, after: last?.bySource[problems] ?? null, entropy: null })),
  ];
}

/** Held-out scores before and after training at every temperature, over all problems and by family; null without evaluations. */
export function evaluationTable({ evaluations }: Pick<RunData, 'evaluations'>): EvaluationTable | null {
  const compared = beforeAfter(evaluations);
  const [first] = compared;
  if (first === undefined) return null;
  const manySamples = compared.some(({ base }) => base.score.samples > 1);
  const shown = columns(first.last === null ? 'after' : `after ${first.last.step} steps`, manySamples);
  const cellOf = (cell: Cell | string): Cell => (typeof cell === 'string' ? { text: cell } : cell);
  return {
    head: ['problems', ...shown.map(({ head }) => head)],
    rows: compared.flatMap(scorePairs).map((pair) => ({ head: pair.problems, cells: shown.map(({ cell }) => cellOf(cell(pair))) })),
    note:
      'Shares are in per cent. Before and after: mean over the problems of the share of their k samples that are right, with its 95 % ' +
      'interval in brackets (problems are the unit, so more samples of the same problems narrow it little).' +
      (manySamples ? ' pass@k counts a problem when any of its k samples is right, majority when the most frequent answer is.' : ''),
  };
}
