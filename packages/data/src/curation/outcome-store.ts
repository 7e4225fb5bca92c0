import type { Hasher } from './items.ts';
import type { LedgerLog } from './ledger.ts';
import { type CurationItem, KEEP, type Outcome, type Stage } from './stage.ts';

/** Raise it when what stands in a ledger changes its form. */
const FORM = 1;

/** What decides a stage's outcomes beside the items. */
function stageKey(stage: Stage, hasher: Hasher): string {
  return hasher(JSON.stringify([FORM, stage.name, stage.version, stage.options, stage.inputs])).slice(0, 16);
}

/** Name of the log of a stage that judges records one by one. */
export function logKey(stage: Stage, hasher: Hasher): string {
  return `${stage.name}-${stageKey(stage, hasher)}.log`;
}

/** Name of the outcomes of a stage that judges a whole set: other items, or another order, have another name. */
export function setName(stage: Stage, items: readonly CurationItem[], hasher: Hasher): string {
  const set = hasher(items.map(({ id, source, hash }) => `${hash} ${source} ${id}`).join('\n')).slice(0, 16);
  return `${stage.name}-${stageKey(stage, hasher)}-${set}.json`;
}

/** Only what is no plain KEEP, with its index: most items stay. */
export function writeSetOutcomes(outcomes: readonly Outcome[]): string {
  const entries = outcomes.flatMap((outcome, index) => (isPlain(outcome) ? [] : [[index, outcome] as const]));
  return JSON.stringify({ count: outcomes.length, entries });
}

/** Null where there are none, or those of another number of items. */
export function readSetOutcomes(text: string | null, count: number): readonly Outcome[] | null {
  if (text === null) return null;
  const stored = JSON.parse(text) as { count: number; entries: readonly (readonly [number, Outcome])[] };
  if (stored.count !== count) return null;
  const outcomes = new Array<Outcome>(count).fill(KEEP);
  for (const [index, outcome] of stored.entries) outcomes[index] = outcome;
  return outcomes;
}

/** Outcomes by an item's hash: a line is the hash alone for a plain KEEP, else the hash, a space and the outcome as JSON. */
export class OutcomeLog {
  readonly #log: LedgerLog;
  readonly #known = new Map<string, string>();

  constructor(log: LedgerLog) {
    this.#log = log;
    for (const line of log.lines) {
      const space = line.indexOf(' ');
      this.#known.set(space < 0 ? line : line.slice(0, space), space < 0 ? '' : line.slice(space + 1));
    }
  }

  find(hash: string): Outcome | undefined {
    const stored = this.#known.get(hash);
    if (stored === undefined) return undefined;
    return stored === '' ? KEEP : (JSON.parse(stored) as Outcome);
  }

  /** Writes down what was judged; what failed is left out, so that it is asked again. */
  async append(judged: readonly (readonly [hash: string, outcome: Outcome])[]): Promise<void> {
    const lines = judged.flatMap(([hash, outcome]) => {
      if (outcome.verdict === 'failed') return [];
      return [isPlain(outcome) ? hash : `${hash} ${JSON.stringify(outcome)}`];
    });
    await this.#log.append(lines);
  }

  close(): Promise<void> {
    return this.#log.close();
  }
}

function isPlain(outcome: Outcome): boolean {
  return outcome.verdict === 'keep' && outcome.note === undefined && outcome.record === undefined && outcome.solutions === undefined;
}
