import { compileMapping } from './apply-mapping.ts';
import { chooseMapping, type MappingChoice, SAMPLE_ROWS } from './choose-mapping.ts';
import type { ColumnMapping } from './column-mapping.ts';
import { DataError } from './data-error.ts';
import type { FileAccess } from './file-access.ts';
import type { SourceRow } from './json-rows.ts';
import { readRows } from './read-rows.ts';
import { type ProblemRecord, problemRecordSchema } from './record.ts';
import type { OnRowError } from './row-error.ts';

export interface MapOptions extends MappingChoice {
  /** Takes rows that cannot be read or do not have the layout; without it they end the reading. */
  readonly onError?: OnRowError;
}

/** A row of a file once mapped: a record, or the reason why it holds none. */
export type MappedRow = { readonly index: number; readonly place: string } & (
  | { readonly record: ProblemRecord; readonly solutions: readonly string[]; readonly reason?: never }
  | { readonly record?: never; readonly reason: string }
);

export interface MappedFile {
  readonly mapping: ColumnMapping;
  readonly rows: AsyncIterable<MappedRow>;
}

/**
 * Opens a file and settles on its mapping.
 * @throws DataError for a file without rows or that no mapping fits; while rows are read, as `readRows` does, and at their end for a
 *   mapping that fits none of them.
 */
export async function openMapped(files: FileAccess, path: string, options: MapOptions = {}): Promise<MappedFile | null> {
  const failures: DataError[] = [];
  const { onError } = options;
  const take: OnRowError | undefined =
    onError &&
    ((error) => {
      failures.push(error);
      onError(error);
    });
  const source = readRows(files, path, take);
  const head: SourceRow[] = [];
  while (head.length < SAMPLE_ROWS) {
    const next = await source.next();
    if (next.done) break;
    head.push(next.value);
  }
  if (head.length === 0) {
    if (failures.length > 0) return null;
    throw new DataError(path, 'the file has no rows', 'give a file with at least one row');
  }
  const mapping = chooseMapping(options, head, path);
  return { mapping, rows: mapRows(mapping, head, source, path, take) };
}

async function* mapRows(
  mapping: ColumnMapping,
  head: readonly SourceRow[],
  rest: AsyncIterable<SourceRow>,
  path: string,
  onError?: OnRowError,
): AsyncGenerator<MappedRow> {
  const map = compileMapping(mapping);
  let rows = 0;
  let fitting = 0;
  let first: DataError | null = null;
  const mapOne = ({ row, index, place }: SourceRow): MappedRow | null => {
    rows++;
    const mapped = map(row, index);
    const error =
      'malformed' in mapped
        ? new DataError(place, mapped.malformed, mapped.remedy)
        : 'record' in mapped
          ? invalid(mapped.record, place)
          : null;
    if (error !== null) {
      first ??= error;
      if (onError === undefined) throw error;
      onError(error);
      return null;
    }
    fitting++;
    if ('dropped' in mapped) return { index, place, reason: mapped.dropped };
    return 'record' in mapped ? { index, place, record: mapped.record, solutions: mapped.solutions } : null;
  };
  for (const row of head) {
    const mapped = mapOne(row);
    if (mapped !== null) yield mapped;
  }
  for await (const row of rest) {
    const mapped = mapOne(row);
    if (mapped !== null) yield mapped;
  }
  const failed = first as DataError | null;
  if (fitting === 0 && failed !== null)
    throw new DataError(
      path,
      `the ${mapping.name} mapping fits none of its ${rows} rows; the first fault: ${failed.message}`,
      'choose another mapping or declare one',
    );
}

function invalid(record: ProblemRecord, place: string): DataError | null {
  const checked = problemRecordSchema.safeParse(record);
  if (checked.success) return null;
  const issues = checked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  return new DataError(place, `the record is not valid (${issues})`, 'mend the row');
}
