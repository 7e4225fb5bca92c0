import { type ProblemRecord, promptText } from '../record.ts';
import type { CurationItem } from './stage.ts';

/** SHA-256 of a text as 64 hexadecimal digits; the host brings it (`sha256` of `@or1/data/node`), browsers have no synchronous one. */
export type Hasher = (text: string) => string;

/** Makes an item of a record, with its text and its hash. */
export function makeItem(
  hasher: Hasher,
  item: { readonly id: string; readonly source: string; readonly record: ProblemRecord; readonly solutions: readonly string[] },
): CurationItem {
  const { record, solutions } = item;
  return { ...item, text: promptText(record), hash: hasher(JSON.stringify([record, solutions])).slice(0, 32) };
}

/** What makes two problems the same wherever they come from: the conversation, the ability and the ground truth. */
export function problemHash(hasher: Hasher, { prompt, ability, reward_model }: ProblemRecord): string {
  return hasher(JSON.stringify([prompt.map(({ role, content }) => [role, content]), ability, reward_model.ground_truth]));
}
