import type { Judgement, RewardInput, Verifier } from '../verdict.ts';
import { type MathOptions, verifyMath } from './verify.ts';

/**
 * The reward for math records of the training schema: golds are `reward_model.ground_truth`, a text or a list of acceptable texts, which
 * may also be written as a JSON list. A record without one is unverifiable.
 */
export function createMathVerifier(options: MathOptions = {}): Verifier {
  return ({ response, finish, record }: RewardInput): Judgement => {
    const golds = goldsOf(record);
    if (golds === null) return withoutGold();
    return verifyMath(response, golds, { ...options, finish });
  };
}

function withoutGold(): Judgement {
  const evidence = 'unverifiable: the record has no reward_model.ground_truth that is a text or a list of texts';
  return { verdict: 'unverifiable', reward: null, extracted: null, evidence, durationMs: 0 };
}

/** The acceptable answers of a record, or null where it states none. */
export function goldsOf(record: Readonly<Record<string, unknown>>): readonly string[] | null {
  const model = record.reward_model;
  const truth: unknown = typeof model === 'object' && model !== null ? (model as Record<string, unknown>).ground_truth : undefined;
  if (typeof truth === 'number' && Number.isFinite(truth)) return [String(truth)];
  if (typeof truth === 'string') return textList(parseList(truth)) ?? [truth];
  return textList(truth);
}

function textList(value: unknown): readonly string[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  const texts = value.map((item: unknown) => (typeof item === 'number' ? String(item) : item));
  return texts.every((item): item is string => typeof item === 'string') ? texts : null;
}

/** A JSON list of texts; an interval such as `[1, 2]` is a list of numbers and stays a gold of its own. */
function parseList(text: string): unknown {
  if (!text.startsWith('["')) return null;
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON after all: the text itself is the gold.
    return null;
  }
}
