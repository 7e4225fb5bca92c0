import type { ColumnMapping } from './column-mapping.ts';
import type { FileAccess } from './file-access.ts';
import type { SourcedRecord } from './prompt-source.ts';
import type { ProblemRecord } from './record.ts';

export interface LoadOptions {
  /** A mapping, the name of a known one, or `auto` (the default): the known mapping that fits the columns and keeps most rows. */
  readonly mapping?: ColumnMapping | string;
  /** Says why a record cannot be used (`the tokenizer has no token for "é"`, `prompt longer than 2048 tokens`), or null to keep it. */
  readonly refuse?: (record: ProblemRecord) => string | null;
}

export interface LoadedRecords {
  readonly records: readonly SourcedRecord[];
  /** Name of the mapping that each file was read with. */
  readonly mappings: Readonly<Record<string, string>>;
  readonly rows: number;
  /** Rows left out, by reason; never silent. */
  readonly dropped: Readonly<Record<string, number>>;
}

export type LoadRecords = (files: FileAccess, paths: readonly string[], options?: LoadOptions) => Promise<LoadedRecords>;
