import type { Row } from './json-rows.ts';

type Part = string | { readonly column: string; readonly join: string | null; readonly count: boolean };

/**
 * A compiled template: `{column}` is a value, `{column join ' '}` the items of a list with a text between them, `{column count}` their
 * number, `{{` and `}}` are braces.
 */
export class Template {
  readonly #parts: readonly Part[];
  readonly columns: readonly string[];

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
    this.columns = parts.flatMap((part) => (typeof part === 'string' ? [] : [part.column]));
  }

  /** The text for a row, or the reason why there is none. */
  render(row: Row): { readonly text: string } | { readonly missing: string } {
    let text = '';
    for (const part of this.#parts) {
      if (typeof part === 'string') {
        text += part;
        continue;
      }
      const value = columnValue(row, part.column);
      const rendered = part.count ? renderCount(value) : part.join === null ? renderScalar(value) : renderList(value, part.join);
      if (rendered === null) return { missing: part.column };
      text += rendered;
    }
    return { text };
  }
}

function parsePlace(inside: string, source: string): Part {
  const match = /^\s*([^\s']+)\s*(?:join\s+'([^']*)'|(count))?\s*$/.exec(inside);
  if (!match)
    throw new Error(`template ${JSON.stringify(source)}: cannot read {${inside}}; write {column}, {column join ', '} or {column count}`);
  return { column: match[1]!, join: match[2] ?? null, count: match[3] !== undefined };
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
