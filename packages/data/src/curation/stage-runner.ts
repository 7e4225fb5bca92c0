import type { JsonValue } from '../ground-truth.ts';
import { type Hasher, makeItem } from './items.ts';
import { type Ledger, type LedgerLog, memoryLedger } from './ledger.ts';
import { logKey, OutcomeLog, readSetOutcomes, setName, writeSetOutcomes } from './outcome-store.ts';
import { type CurationItem, type Dropped, KEEP, type Outcome, type Stage } from './stage.ts';

/** What the runner needs of the outside. */
export interface RunnerHost {
  readonly hasher: Hasher;
  readonly ledger: Ledger;
  readonly signal: AbortSignal;
  /** Milliseconds from any fixed moment. */
  readonly now: () => number;
  readonly onProgress?: (progress: StageProgress) => void;
}

export interface StageProgress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

export interface StageResult {
  readonly kept: readonly CurationItem[];
  readonly dropped: readonly { readonly item: CurationItem; readonly outcome: Dropped }[];
  /** Notes of kept items, by id. */
  readonly notes: ReadonlyMap<string, JsonValue>;
  /** Items the stage had a say about. */
  readonly asked: number;
  /** Of these, how many outcomes came from the ledger. */
  readonly remembered: number;
  readonly wallMs: number;
}

/** Items that are judged and written down together; a run that ends loses at most this much work. */
const BATCH = 1024;

/**
 * Runs one stage over items in order. Outcomes that the ledger holds are not asked for again; new ones are in the ledger before the next
 * batch begins, so a run that is killed goes on where it stood.
 *
 * @throws what the stage throws; Error where it returns another number of outcomes than it was given items.
 */
export async function runStage(stage: Stage, items: readonly CurationItem[], host: RunnerHost): Promise<StageResult> {
  const start = host.now();
  const asked = stage.applies === undefined ? items : items.filter(stage.applies);
  const judge = stage.scope === 'record' ? judgeRecords : judgeSet;
  const { outcomes, remembered } = await judge(stage, asked, host);
  const kept: CurationItem[] = [];
  const dropped: { item: CurationItem; outcome: Dropped }[] = [];
  const notes = new Map<string, JsonValue>();
  let at = 0;
  for (const item of items) {
    const outcome = asked[at] === item ? outcomes[at++]! : KEEP;
    if (outcome.verdict !== 'keep') {
      dropped.push({ item, outcome });
      continue;
    }
    if (outcome.note !== undefined) notes.set(item.id, outcome.note);
    const { record = item.record, solutions = item.solutions } = outcome;
    const changed = outcome.record !== undefined || outcome.solutions !== undefined;
    kept.push(changed ? makeItem(host.hasher, { id: item.id, source: item.source, record, solutions }) : item);
  }
  return { kept, dropped, notes, asked: asked.length, remembered, wallMs: host.now() - start };
}

interface Judged {
  readonly outcomes: readonly Outcome[];
  readonly remembered: number;
}

async function judgeRecords(stage: Stage, items: readonly CurationItem[], host: RunnerHost): Promise<Judged> {
  const log = new OutcomeLog(await openLog(stage, host));
  try {
    const outcomes: (Outcome | undefined)[] = items.map((item) => log.find(item.hash));
    const open = items.flatMap((_, index) => (outcomes[index] === undefined ? [index] : []));
    const remembered = items.length - open.length;
    const batch = stage.batchSize ?? BATCH;
    for (let from = 0; from < open.length; from += batch) {
      host.signal.throwIfAborted();
      const indices = open.slice(from, from + batch);
      const asked = indices.map((index) => items[index]!);
      const progress = (done: number) => host.onProgress?.({ stage: stage.name, done: remembered + from + done, total: items.length });
      const answers = await ask(stage, asked, host.signal, progress);
      await log.append(asked.map((item, index) => [item.hash, answers[index]!]));
      indices.forEach((index, position) => {
        outcomes[index] = answers[position]!;
      });
      progress(asked.length);
    }
    return { outcomes: outcomes as Outcome[], remembered };
  } finally {
    await log.close();
  }
}

/** The stage's log; one that is forgotten with the run for a stage that is not worth remembering. */
function openLog(stage: Stage, { ledger, hasher }: RunnerHost): Promise<LedgerLog> {
  return stage.isCheap ? memoryLedger().openLog('') : ledger.openLog(logKey(stage, hasher));
}

async function judgeSet(stage: Stage, items: readonly CurationItem[], host: RunnerHost): Promise<Judged> {
  if (items.length === 0) return { outcomes: [], remembered: 0 };
  const name = setName(stage, items, host.hasher);
  const known = readSetOutcomes(await host.ledger.read(name), items.length);
  if (known !== null) return { outcomes: known, remembered: items.length };
  const progress = (done: number) => host.onProgress?.({ stage: stage.name, done, total: items.length });
  const outcomes = await ask(stage, items, host.signal, progress);
  if (outcomes.every(({ verdict }) => verdict !== 'failed')) await host.ledger.write(name, writeSetOutcomes(outcomes));
  return { outcomes, remembered: 0 };
}

async function ask(
  stage: Stage,
  items: readonly CurationItem[],
  signal: AbortSignal,
  progress: (done: number) => void,
): Promise<readonly Outcome[]> {
  const outcomes = await stage.judge(items, { signal, progress });
  if (outcomes.length !== items.length)
    throw new Error(`stage ${stage.name} gave ${outcomes.length} outcomes for ${items.length} items; it must give one for each`);
  signal.throwIfAborted();
  return outcomes;
}
