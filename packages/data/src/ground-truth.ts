import type { ProblemRecord } from './record.ts';

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** What a ground truth is once decoded: one answer, several acceptable answers, or an object of tests or parameters. */
export type GroundTruth = string | readonly string[] | { readonly [key: string]: JsonValue };

/** A record as verifiers see it: `reward_model.ground_truth` decoded. */
export type VerificationRecord = Omit<ProblemRecord, 'reward_model'> & {
  readonly reward_model: { readonly style: string; readonly ground_truth: GroundTruth };
};

/**
 * Decodes the string of `reward_model.ground_truth`. A JSON object or a JSON list of strings is decoded; anything else is one plain
 * answer and stays as it is, because evaluation rows write `204` or `[1,2]` and mean the text, not a number or a list.
 *
 * Keys whose value is null are removed from an object: tables that unify the schemas of several test forms fill every row with the
 * other forms' keys as null, and a verifier that dispatches by key would then pick the wrong form.
 */
export function decodeGroundTruth(text: string): GroundTruth {
  const first = text.trimStart()[0];
  if (first !== '{' && first !== '[') return text;
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    return text; // Not JSON: a LaTeX set such as {1,2} or an interval such as [0,1) is a plain answer.
  }
  if (Array.isArray(value)) return value.length > 0 && value.every((item) => typeof item === 'string') ? (value as string[]) : text;
  return Object.fromEntries(Object.entries(value as { [key: string]: JsonValue }).filter(([, item]) => item !== null));
}

/** The string form of a ground truth, as the schema stores it. */
export function encodeGroundTruth(value: GroundTruth): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The record with its ground truth decoded, ready for a verifier. */
export function verificationRecord(record: ProblemRecord): VerificationRecord {
  return { ...record, reward_model: { ...record.reward_model, ground_truth: decodeGroundTruth(record.reward_model.ground_truth) } };
}
