import type { JsonObject, JsonValue } from './config-types.ts';
import { ModelInputError } from './folder-error.ts';

/** Parses `text` as a JSON object or says which file is not one. */
export function parseJsonObject(text: string, file: string): JsonObject {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new ModelInputError(`${file} is not valid JSON (${(cause as Error).message}); restore the file`, { cause });
  }
  if (!isJsonObject(value)) throw new ModelInputError(`${file} must hold a JSON object, found ${shown(value)}`);
  return value;
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as it appears in a message, cut to one short line. */
export function shown(value: JsonValue | undefined): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/**
 * Typed access to the fields of one JSON object. `null` counts as absent, as it does in Hugging Face files; a field that is absent
 * and has no fallback, or has the wrong type, is an error that names the file and the field.
 */
export class JsonFields {
  constructor(
    readonly file: string,
    private readonly json: JsonObject,
    private readonly prefix = '',
  ) {}

  /** The field's value, or undefined when it is absent or null. */
  value(key: string): JsonValue | undefined {
    return this.json[key] ?? undefined;
  }

  number(key: string, fallback?: number): number {
    return this.typed(key, fallback, 'a finite number', (value): value is number => typeof value === 'number' && Number.isFinite(value));
  }

  positive(key: string, fallback?: number): number {
    return this.typed(
      key,
      fallback,
      'a number above 0',
      (value): value is number => typeof value === 'number' && value > 0 && Number.isFinite(value),
    );
  }

  /** A whole number of at least 1. */
  count(key: string, fallback?: number): number {
    return this.typed(
      key,
      fallback,
      'a whole number of at least 1',
      (value): value is number => Number.isSafeInteger(value) && (value as number) > 0,
    );
  }

  flag(key: string, fallback?: boolean): boolean {
    return this.typed(key, fallback, 'true or false', (value): value is boolean => typeof value === 'boolean');
  }

  text(key: string, fallback?: string): string {
    return this.typed(key, fallback, 'a string', (value): value is string => typeof value === 'string');
  }

  positives(key: string): readonly number[] {
    return this.typed(
      key,
      undefined,
      'a list of numbers above 0',
      (value): value is readonly number[] => Array.isArray(value) && value.every((each) => typeof each === 'number' && each > 0),
    );
  }

  /** Token ids below `limit`: a number or a list of them, duplicates removed; undefined when absent or -1 (which some files write for none). */
  tokens(key: string, limit: number): number[] | undefined {
    const value = this.value(key);
    if (value === undefined || value === -1) return undefined;
    const ids = Array.isArray(value) ? value : [value];
    for (const id of ids) {
      if (!Number.isSafeInteger(id) || id < 0 || id >= limit) {
        throw new ModelInputError(
          `${this.file}: ${this.prefix}${key} must hold token ids below vocab_size ${limit}, found ${shown(value)}`,
        );
      }
    }
    return [...new Set(ids as number[])];
  }

  /** An error about this field. */
  wrong(key: string, problem: string): ModelInputError {
    return new ModelInputError(`${this.file}: ${this.prefix}${key} ${problem}`);
  }

  private typed<T extends JsonValue>(key: string, fallback: T | undefined, expected: string, accepts: (value: JsonValue) => value is T): T {
    const value = this.value(key);
    if (value === undefined) {
      if (fallback !== undefined) return fallback;
      throw this.wrong(key, `is missing; it must be ${expected}`);
    }
    if (accepts(value)) return value;
    throw this.wrong(key, `must be ${expected}, found ${shown(value)}`);
  }
}
