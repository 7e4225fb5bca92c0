import { DataError } from './data-error.ts';
import type { OnRowError } from './row-error.ts';

/** A column value as JSON knows it. */
export type Row = Readonly<Record<string, unknown>>;

export interface SourceRow {
  readonly row: Row;
  /** Rows before this one in its file. */
  readonly index: number;
  /** `file:line` or `file row n`, for messages. */
  readonly place: string;
}

/** Rows of JSON text: one object a line, or one array of objects (recognised by its first character), read piece by piece. */
export async function* jsonRows(chunks: AsyncIterable<string>, path: string, onError?: OnRowError): AsyncGenerator<SourceRow> {
  let isArray: boolean | null = null;
  const lines = new LineSplitter();
  const elements = new ArraySplitter(path);
  let index = 0;
  const emit = function* (pieces: Iterable<Piece>): Generator<SourceRow> {
    for (const { text, line } of pieces) {
      const place = `${path}:${line}`;
      const row = parseRow(text, place, onError);
      if (row !== null) yield { row, index, place };
      index++;
    }
  };
  let blank = '';
  for await (const piece of chunks) {
    const chunk = blank + piece;
    if (isArray === null && chunk.trim() === '') {
      blank = chunk;
      continue;
    }
    blank = '';
    isArray ??= chunk.trimStart().startsWith('[');
    yield* emit(isArray ? elements.push(chunk) : lines.push(chunk));
  }
  yield* emit(isArray ? elements.end() : lines.end());
}

interface Piece {
  readonly text: string;
  /** Line, from 1, on which the text begins. */
  readonly line: number;
}

function parseRow(text: string, place: string, onError: OnRowError = raise): Row | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    onError(new DataError(place, `not valid JSON (${reason})`, 'write one JSON object a line, or one array of objects', { cause }));
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const found = Array.isArray(value) ? 'a list' : typeof value;
    onError(new DataError(place, `a row must be a JSON object, not ${found}`, 'write {"column": value, …}'));
    return null;
  }
  return value as Row;
}

function raise(error: DataError): never {
  throw error;
}

class LineSplitter {
  #rest = '';
  #line = 1;

  *push(chunk: string): Generator<Piece> {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop()!;
    for (const text of lines) {
      const line = this.#line++;
      if (text.trim() !== '') yield { text, line };
    }
  }

  *end(): Generator<Piece> {
    if (this.#rest.trim() !== '') yield { text: this.#rest, line: this.#line };
  }
}

/** Cuts the text of a JSON array into the texts of its elements, without parsing them. */
class ArraySplitter {
  readonly #path: string;
  #text = '';
  #line = 1;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #startLine = 0;
  #closed = false;

  constructor(path: string) {
    this.#path = path;
  }

  *push(chunk: string): Generator<Piece> {
    let begin = 0;
    for (let at = 0; at < chunk.length; at++) {
      const character = chunk[at]!;
      if (character === '\n') this.#line++;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (character === '\\') this.#escaped = true;
        else if (character === '"') this.#inString = false;
        continue;
      }
      if (this.#closed && character.trim() !== '') {
        throw new DataError(`${this.#path}:${this.#line}`, 'there is text after the closing bracket', 'keep one JSON array in the file');
      }
      const separator = this.#depth === 1 && (character === ',' || character === ']');
      if (separator) {
        this.#text += chunk.slice(begin, at);
        if (this.#text.trim() !== '' || character === ',') yield { text: this.#text, line: this.#startLine || this.#line };
        this.#text = '';
        this.#startLine = 0;
        begin = at + 1;
      } else if (this.#depth > 0 && this.#startLine === 0 && character.trim() !== '') {
        this.#startLine = this.#line;
      }
      if (character === '"') this.#inString = true;
      else if (character === '[' || character === '{') {
        if (this.#depth++ === 0) begin = at + 1;
      } else if (character === ']' || character === '}') {
        if (--this.#depth === 0) this.#closed = true;
      }
    }
    if (!this.#closed) this.#text += chunk.slice(begin);
  }

  end(): readonly Piece[] {
    if (!this.#closed)
      throw new DataError(`${this.#path}:${this.#line}`, 'the JSON array does not end', 'the file is cut short; fetch or write it again');
    return [];
  }
}
