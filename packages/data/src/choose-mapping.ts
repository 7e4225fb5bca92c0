import { compileMapping, missingColumns } from './apply-mapping.ts';
import type { ColumnMapping } from './column-mapping.ts';
import { DataError } from './data-error.ts';
import type { SourceRow } from './json-rows.ts';
import { knownMappings } from './known-mappings.ts';
import type { ProblemRecord } from './record.ts';

/** Rows of a file that are looked at before `auto` settles on a mapping. */
export const SAMPLE_ROWS = 64;

export interface MappingChoice {
  /**
   * A mapping, the name of a known one, or `auto` (the default). `auto` looks at the first 64 rows of each file and takes, among the known
   * mappings that fit the columns, the one that keeps most of them; ties go to the earlier in the list.
   */
  readonly mapping?: ColumnMapping | string;
  /** Says why a record cannot be used (`the tokenizer has no token for "é"`, `prompt longer than 2048 tokens`), or null to keep it. */
  readonly refuse?: (record: ProblemRecord) => string | null;
}

/** @throws DataError where no known mapping fits; Error for a name that is not known. */
export function chooseMapping({ mapping = 'auto', refuse }: MappingChoice, head: readonly SourceRow[], path: string): ColumnMapping {
  if (typeof mapping !== 'string') return mapping;
  if (mapping !== 'auto') {
    const known = knownMappings.find(({ name }) => name === mapping);
    if (known) return known;
    const names = knownMappings.map(({ name }) => name).join(', ');
    throw new DataError(path, `there is no column mapping ${mapping}`, `choose auto or one of ${names}, or declare one`);
  }
  const fitting = knownMappings.filter((candidate) => head.some(({ row }) => missingColumns(candidate, row).length === 0));
  if (fitting.length === 0) {
    const columns = Object.keys(head[0]!.row).join(', ');
    const list = knownMappings.map(({ name, requires }) => `${name} (${requires.join(', ')})`).join('; ');
    throw new DataError(
      path,
      `no known mapping fits its columns (${columns})`,
      `known are ${list}; rename the columns or declare a mapping`,
    );
  }
  let best = fitting[0]!;
  let bestKept = -1;
  for (const candidate of fitting) {
    const map = compileMapping(candidate);
    const kept = head.filter(({ row, index }) => {
      const mapped = map(row, index);
      return 'record' in mapped && (refuse?.(mapped.record) ?? null) === null;
    }).length;
    if (kept > bestKept) {
      best = candidate;
      bestKept = kept;
    }
  }
  return best;
}
