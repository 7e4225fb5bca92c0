import { type ProblemRecord, promptText, type SourcedRecord, verificationRecord } from '@or1/data';
import type { TextCodec } from '../ports.ts';

/** A problem made ready for the model and for its verifier. */
export interface PreparedPrompt {
  readonly id: string;
  readonly source: string;
  readonly text: string;
  readonly tokens: Uint32Array;
  /** The record as verifiers take it: ground truth decoded. */
  readonly record: Readonly<Record<string, unknown>>;
}

/** Encodes a record's conversation and decodes its ground truth. */
export function preparePrompt(sourced: SourcedRecord, codec: TextCodec): PreparedPrompt {
  const record: ProblemRecord = sourced.record;
  return {
    id: sourced.id,
    source: record.data_source,
    text: promptText(record),
    tokens: codec.encodePrompt(record.prompt),
    record: { ...verificationRecord(record) },
  };
}
