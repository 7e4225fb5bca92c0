import * as z from 'zod';
import type { ProblemRecord } from '../../record.ts';
import { type CurationItem, KEEP, type Outcome, type Stage, type StageContext } from '../stage.ts';
import { answersDiffer, answersOf } from './answers-differ.ts';
import { codeStatement } from './code-statement.ts';
import { type Duplicate, DuplicateFinder, type SourcedText } from './duplicates.ts';

export const duplicateOptions = z.strictObject({
  /** `source`: copies inside each source; `all`: across sources too. */
  within: z.enum(['source', 'all']).default('all'),
  /** Least Jaccard similarity of character shingles for a near duplicate. */
  similarity: z.number().gt(0).max(1).default(0.55),
  /** The same for programming tasks, which have no answer to compare: sequels with one more condition are 0.7 to 0.9 alike. */
  codeSimilarity: z.number().gt(0).max(1).default(0.92),
});

const REASONS: Readonly<Record<Duplicate['kind'], string>> = {
  exact: 'exact duplicate',
  restyled: 'restyled duplicate',
  near: 'near duplicate',
};

/** A program is judged by its task; examples differ from collection to collection. */
function compared({ text, source, record }: CurationItem): SourcedText {
  return record.ability === 'code' ? { text, source, statement: codeStatement(text) } : { text, source };
}

/** Texts that are added between two turns. */
const BATCH = 4096;

/** Drops problems that an earlier one states already: the same characters, the same in another style, or in edited words with the same numbers. */
export function duplicateStage(options: z.infer<typeof duplicateOptions>): Stage {
  return {
    name: options.within === 'source' ? 'duplicates-within-source' : 'duplicates',
    version: 1,
    scope: 'set',
    options,
    inputs: [],
    judge: (items, context) => judge(items, options, context),
  };
}

async function judge(
  items: readonly CurationItem[],
  { within, similarity, codeSimilarity }: z.infer<typeof duplicateOptions>,
  { signal, progress }: StageContext,
): Promise<readonly Outcome[]> {
  // Edited words and another answer: another problem, more likely than a wrong answer.
  const setsApart = (index: number, other: number, similarity: number) => {
    const record = items[index]!.record;
    return answersDiffer(record, items[other]!.record) || (record.ability === 'code' && similarity < codeSimilarity);
  };
  const finder = new DuplicateFinder({ within, similarity, setsApart });
  // A turn of the event loop now and then, so that an interrupt is heard. Adding is about half of the work.
  const pause = async (done: number) => {
    progress(Math.floor(done * items.length));
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal.throwIfAborted();
  };
  for (let from = 0; from < items.length; from += BATCH) {
    await pause(from / items.length / 2);
    finder.add(items.slice(from, from + BATCH).map(compared));
  }
  const search = finder.search();
  for (let step = search.next(); ; step = search.next()) {
    if (step.done) return outcomesOf(items, step.value);
    await pause((1 + step.value) / 2);
  }
}

function outcomesOf(items: readonly CurationItem[], duplicates: readonly Duplicate[]): Outcome[] {
  const outcomes: Outcome[] = items.map(() => KEEP);
  for (const { index, of, kind, similarity } of duplicates) {
    const [item, other] = [items[index]!, items[of]!];
    const outcome = { verdict: 'drop', reason: REASONS[kind], like: { id: other.id, similarity } } as const;
    const detail = disagreement(item.record, other.record);
    outcomes[index] = detail === null ? outcome : { ...outcome, detail };
  }
  return outcomes;
}

/** Two statements of one problem with different answers: one of them is wrong, and a reader should know. */
function disagreement(record: ProblemRecord, other: ProblemRecord): string | null {
  if (!answersDiffer(record, other)) return null;
  const [here, there] = [record, other].map((each) => answersOf(each)!.join(' or '));
  return `its answer is ${here}, the other's ${there}`;
}
