import type { SchemaElement } from 'hyparquet';
import { ByteWriter, parquetWriteRows } from 'hyparquet-writer';
import { DataError } from './data-error.ts';
import type { Row } from './json-rows.ts';

/** The shape of a column as its values show it. */
type Shape =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'boolean' | 'integer' | 'number' | 'string' }
  | { readonly kind: 'list'; readonly item: Shape }
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, Shape> };

/**
 * Rows as the bytes of a Parquet file. Every value may be absent or null; integers are written as INT64, objects as structs, lists in the
 * three-level form that Arrow writes.
 */
export function parquetBytes(rows: readonly Row[], place: string): Uint8Array {
  let shape: Shape = { kind: 'unknown' };
  for (const row of rows) shape = mergeShapes(shape, shapeOf(row, '', place), '', place);
  if (shape.kind !== 'object' || shape.fields.size === 0)
    throw new DataError(place, 'there are no rows to write', 'Parquet needs at least one row');
  const columns = [...shape.fields].filter(([, field]) => field.kind !== 'unknown');
  const schema: SchemaElement[] = [
    { name: 'schema', num_children: columns.length },
    ...columns.flatMap(([name, field]) => elements(name, field)),
  ];
  const writer = new ByteWriter();
  parquetWriteRows({
    writer,
    schema,
    columns: columns.map(([name]) => ({ name })),
    rows: storedRows(rows, columns),
    createdBy: 'or1',
  });
  return writer.getBytes();
}

/** Rows as the writer wants them, one row group at a time: all of them at once would double the memory of the set. */
function* storedRows(rows: readonly Row[], columns: readonly (readonly [string, Shape])[]): Generator<Record<string, unknown>> {
  for (const row of rows) yield Object.fromEntries(columns.map(([name, field]) => [name, stored(row[name], field)]));
}

function shapeOf(value: unknown, column: string, place: string): Shape {
  if (value === null || value === undefined) return { kind: 'unknown' };
  if (typeof value === 'boolean' || typeof value === 'string') return { kind: typeof value as 'boolean' | 'string' };
  if (typeof value === 'number') return { kind: Number.isSafeInteger(value) ? 'integer' : 'number' };
  if (Array.isArray(value)) {
    const inside = `${column}[]`;
    return {
      kind: 'list',
      item: value.reduce<Shape>((item, entry) => mergeShapes(item, shapeOf(entry, inside, place), inside, place), { kind: 'unknown' }),
    };
  }
  return {
    kind: 'object',
    fields: new Map(Object.entries(value).map(([key, item]) => [key, shapeOf(item, fieldName(column, key), place)])),
  };
}

function fieldName(column: string, key: string): string {
  return column === '' ? key : `${column}.${key}`;
}

function mergeShapes(a: Shape, b: Shape, column: string, place: string): Shape {
  if (a.kind === 'unknown') return b;
  if (b.kind === 'unknown') return a;
  if (a.kind === 'list' && b.kind === 'list') return { kind: 'list', item: mergeShapes(a.item, b.item, `${column}[]`, place) };
  if (a.kind === 'object' && b.kind === 'object') {
    const fields = new Map(a.fields);
    for (const [key, field] of b.fields)
      fields.set(key, mergeShapes(fields.get(key) ?? { kind: 'unknown' }, field, fieldName(column, key), place));
    return { kind: 'object', fields };
  }
  if (a.kind === b.kind) return a;
  if ((a.kind === 'integer' && b.kind === 'number') || (a.kind === 'number' && b.kind === 'integer')) return { kind: 'number' };
  throw new DataError(
    place,
    `the column ${column} holds both ${a.kind} and ${b.kind} values`,
    'a Parquet column has one type; make them one or write JSONL',
  );
}

function elements(name: string, shape: Shape): SchemaElement[] {
  const optional = { name, repetition_type: 'OPTIONAL' } as const;
  switch (shape.kind) {
    case 'unknown':
    case 'string':
      return [{ ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8' }];
    case 'boolean':
      return [{ ...optional, type: 'BOOLEAN' }];
    case 'integer':
      return [{ ...optional, type: 'INT64' }];
    case 'number':
      return [{ ...optional, type: 'DOUBLE' }];
    case 'list':
      return [
        { ...optional, num_children: 1, converted_type: 'LIST' },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        ...elements('element', shape.item),
      ];
    case 'object': {
      const fields = [...shape.fields];
      // A struct needs a field: an object that is empty in every row is written as an absent text.
      if (fields.length === 0) return [{ ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8' }];
      return [{ ...optional, num_children: fields.length }, ...fields.flatMap(([key, field]) => elements(key, field))];
    }
  }
}

/** A value in the form in which the writer wants it for its shape. */
function stored(value: unknown, shape: Shape): unknown {
  if (value === null || value === undefined || shape.kind === 'unknown') return null;
  if (shape.kind === 'integer') return BigInt(value as number);
  if (shape.kind === 'list') return (value as unknown[]).map((item) => stored(item, shape.item));
  if (shape.kind === 'object') {
    if (shape.fields.size === 0) return null;
    return Object.fromEntries([...shape.fields].map(([key, field]) => [key, stored((value as Row)[key], field)]));
  }
  return value;
}
