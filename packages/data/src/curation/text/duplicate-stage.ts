import * as z from 'zod';
import { type CurationItem, KEEP, type Outcome, type Stage, type StageContext } from '../stage.ts';
import { codeStatement } from './code-statement.ts';
import { type Duplicate, DuplicateFinder, type SourcedText } from './duplicates.ts';

export const duplicateOptions = z.strictObject({
  /** `source`: copies inside each source; `all`: across sources too. */
  within: z.enum(['source', 'all']).default('all'),
  /** Least Jaccard similarity of character shingles for a near duplicate. */
  similarity: z.number().gt(0).max(1).default(0.55),
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

/** Texts that are added between two looks at the signal. */
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
  options: z.infer<typeof duplicateOptions>,
  { signal, progress }: StageContext,
): Promise<readonly Outcome[]> {
  const finder = new DuplicateFinder(options);
  for (let from = 0; from < items.length; from += BATCH) {
    // A turn of the event loop, so that an interrupt is heard.
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal.throwIfAborted();
    finder.add(items.slice(from, from + BATCH).map(compared));
    progress(Math.min(items.length, from + BATCH) / 2);
  }
  const outcomes: Outcome[] = items.map(() => KEEP);
  for (const { index, of, kind, similarity } of finder.find()) {
    outcomes[index] = { verdict: 'drop', reason: REASONS[kind], like: { id: items[of]!.id, similarity } };
  }
  progress(items.length);
  return outcomes;
}
