import { sha256 } from '../../node/sha256.ts';
import type { ProblemRecord } from '../../record.ts';
import { makeItem } from '../items.ts';
import type { CurationItem, StageContext } from '../stage.ts';

interface SomeItem {
  readonly id?: string;
  readonly source?: string;
  readonly ability?: string;
  readonly truth?: string | object;
  readonly solutions?: readonly string[];
}

/** An item with the given problem text. */
export function someItem(
  text: string,
  { id = `s#${text}`, source = 's', ability = 'math', truth = ['1'], solutions = [] }: SomeItem = {},
): CurationItem {
  const record: ProblemRecord = {
    data_source: 'test',
    prompt: [{ role: 'user', content: text }],
    ability,
    reward_model: { style: 'rule', ground_truth: typeof truth === 'string' ? truth : JSON.stringify(truth) },
    extra_info: { index: 0 },
  };
  return makeItem(sha256, { id, source, record, solutions });
}

/** A context that is never cancelled. */
export const quietContext: StageContext = { signal: new AbortController().signal, progress: () => undefined };
