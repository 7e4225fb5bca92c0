import { compileMapping, type Mapped, missingColumns } from './apply-mapping.ts';
import type { ColumnMapping } from './column-mapping.ts';
import { DataError } from './data-error.ts';
import type { FileAccess } from './file-access.ts';
import type { SourceRow } from './json-rows.ts';
import { knownMappings } from './known-mappings.ts';
import type { SourcedRecord } from './prompt-source.ts';
import { readRows } from './read-rows.ts';
import { type ProblemRecord, problemRecordSchema } from './record.ts';

/** Rows of a file that are looked at before `auto` settles on a mapping. */
const SAMPLE_ROWS = 64;

export interface LoadOptions {
  /**
   * A mapping, the name of a known one, or `auto` (the default). `auto` looks at the first 64 rows of each file and takes, among the known
   * mappings that fit the columns, the one that keeps most of them; ties go to the earlier in the list.
   */
  readonly mapping?: ColumnMapping | string;
  /** Says why a record cannot be used (`the tokenizer has no token for "é"`, `prompt longer than 2048 tokens`), or null to keep it. */
  readonly refuse?: (record: ProblemRecord) => string | null;
}

export interface LoadedRecords {
  readonly records: readonly SourcedRecord[];
  /** Name of the mapping that each file was read with. */
  readonly mappings: Readonly<Record<string, string>>;
  /** Rows read, kept or not. */
  readonly rows: number;
  /** Rows left out, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

/**
 * Reads problem records from files. A file listed twice gives its records twice, under the same ids.
 * @throws DataError for a file that cannot be read, a row without the layout of its file, or columns that no known mapping fits.
 */
export async function loadRecords(files: FileAccess, paths: readonly string[], options: LoadOptions = {}): Promise<LoadedRecords> {
  const records: SourcedRecord[] = [];
  const mappings: Record<string, string> = {};
  const dropped: Record<string, number> = {};
  let rows = 0;
  for (const path of paths) {
    const source = readRows(files, path);
    const head: SourceRow[] = [];
    while (head.length < SAMPLE_ROWS) {
      const next = await source.next();
      if (next.done) break;
      head.push(next.value);
    }
    if (head.length === 0) throw new DataError(path, 'the file has no rows', 'give a file with at least one row');
    const mapping = chooseMapping(options, head, path);
    mappings[path] = mapping.name;
    const map = compileMapping(mapping);
    const take = (sourceRow: SourceRow) => {
      rows++;
      const { record, reason } = judgeRow(map(sourceRow.row, sourceRow.index), options, sourceRow.place);
      if (record) records.push({ id: `${path}#${sourceRow.index}`, record });
      else dropped[reason] = (dropped[reason] ?? 0) + 1;
    };
    for (const sourceRow of head) take(sourceRow);
    for await (const sourceRow of source) take(sourceRow);
  }
  return { records, mappings, rows, dropped };
}

type RowOutcome = { readonly record: ProblemRecord; readonly reason?: never } | { readonly record?: never; readonly reason: string };

function judgeRow(mapped: Mapped, { refuse }: LoadOptions, place: string): RowOutcome {
  if ('malformed' in mapped) throw new DataError(place, mapped.malformed, mapped.remedy);
  if ('dropped' in mapped) return { reason: mapped.dropped };
  const checked = problemRecordSchema.safeParse(mapped.record);
  if (!checked.success) {
    const issues = checked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    throw new DataError(place, `the record is not valid (${issues})`, 'mend the row');
  }
  const reason = refuse?.(mapped.record) ?? null;
  return reason === null ? { record: mapped.record } : { reason };
}

function chooseMapping({ mapping = 'auto', refuse }: LoadOptions, head: readonly SourceRow[], path: string): ColumnMapping {
  if (typeof mapping !== 'string') return mapping;
  if (mapping !== 'auto') {
    const known = knownMappings.find(({ name }) => name === mapping);
    if (known) return known;
    throw new Error(
      `there is no column mapping ${mapping}; choose auto or one of ${knownMappings.map(({ name }) => name).join(', ')}, or declare one`,
    );
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
