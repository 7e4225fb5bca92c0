import type { Row } from './json-rows.ts';

type Part = string | Place;

interface Place {
  /** The first of these that a row has. */
  readonly columns: readonly string[];
  readonly form: 'scalar' | 'list' | 'count' | 'lower';
  readonly separator: string;
  /** Absent values are empty texts. */
  readonly optional: boolean;
}

/**
 * A compiled template: `{column}` is a value, `{column join ' '}` the items of a list with a text between them, `{column count}` their
 * number, `{column lower}` a text in lower case, `{a|b}` the first of several columns that a row has, `{column?}` is empty where a row
 * does not have it, `{{` and `}}` are braces.
 */
export class Template {
  readonly #parts: readonly Part[];

  /** @throws where a brace has no partner or a place cannot be understood. */
  constructor(source: string) {
    const parts: Part[] = [];
    const pattern = /\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g;
    for (const [token, inside] of source.matchAll(pattern)) {
      if (token === '{{') parts.push('{');
      else if (token === '}}') parts.push('}');
      else if (token === '{' || token === '}')
        throw new Error(`template ${JSON.stringify(source)}: the ${token} has no partner; write ${token}${token} for the character`);
      else if (inside === undefined) parts.push(token);
      else parts.push(parsePlace(inside, source));
    }
    this.#parts = parts;
  }

  /** The text for a row, or the reason why there is none. */
  render(row: Row): { readonly text: string } | { readonly missing: string } {
    let text = '';
    for (const part of this.#parts) {
      if (typeof part === 'string') {
        text += part;
        continue;
      }
      const value = firstValue(row, part.columns);
      const rendered = value === undefined && part.optional ? '' : renderPlace(value, part);
      if (rendered === null) return { missing: part.columns.join('|') };
      text += rendered;
    }
    return { text };
  }
}

function parsePlace(inside: string, source: string): Place {
  const match = /^\s*([^\s'?]+)(\?)?\s*(?:join\s+'([^']*)'|(count|lower))?\s*$/.exec(inside);
  if (!match) {
    const forms = "{column}, {a|b}, {column?}, {column join ', '}, {column count} or {column lower}";
    throw new Error(`template ${JSON.stringify(source)}: cannot read {${inside}}; write ${forms}`);
  }
  const [, columns, optional, separator, form] = match;
  return {
    columns: columns!.split('|'),
    form: separator === undefined ? ((form as 'count' | 'lower' | undefined) ?? 'scalar') : 'list',
    separator: separator ?? '',
    optional: optional !== undefined,
  };
}

function renderPlace(value: unknown, { form, separator }: Place): string | null {
  if (form === 'count') return renderCount(value);
  if (form === 'list') return renderList(value, separator);
  const text = renderScalar(value);
  return form === 'lower' ? (text?.toLowerCase() ?? null) : text;
}

function renderScalar(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

function renderList(value: unknown, separator: string): string | null {
  if (!Array.isArray(value)) return null;
  const items = value.map(renderScalar);
  return items.includes(null) ? null : items.join(separator);
}

function renderCount(value: unknown): string | null {
  return Array.isArray(value) ? String(value.length) : null;
}

/** The value of a column; dots reach into objects. Undefined where it is absent or null. */
export function columnValue(row: Row, column: string): unknown {
  if (row[column] !== undefined && row[column] !== null) return row[column];
  let value: unknown = row;
  for (const part of column.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Row)[part];
  }
  return value ?? undefined;
}

/** The first of several columns that a row has. */
export function firstValue(row: Row, columns: readonly string[]): unknown {
  for (const column of columns) {
    const value = columnValue(row, column);
    if (value !== undefined) return value;
  }
  return undefined;
}
