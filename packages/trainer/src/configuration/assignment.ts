import { InputError } from '../errors.ts';
import { KNOWN_KEYS, type KnownKey, nearestKey } from './known-keys.ts';

/** `a.b=c` taken apart: the path as parts (stage numbers are numbers) and the value in its type. */
export interface Assignment {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
}

function parsePath(text: string): (string | number)[] {
  return text
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function parseNumber(text: string): number | null {
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) ? value : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseValue(text: string, types: KnownKey['types']): unknown {
  if (types.includes('null') && text === 'null') return null;
  if (types.includes('array')) {
    const parsed = parseJson(text);
    if (Array.isArray(parsed)) return parsed;
    const parts = text === '' ? [] : text.split(',').map((part) => part.trim());
    return parts.map((part) => parseNumber(part) ?? part);
  }
  if (types.includes('number')) {
    const value = parseNumber(text);
    if (value !== null) return value;
  }
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  if (types.includes('object')) {
    const parsed = parseJson(text);
    if (typeof parsed === 'object' && parsed !== null) return parsed;
  }
  return types.includes('string') ? text : undefined;
}

/**
 * Reads one `--set` argument, e.g. `entropy.target=0.1`, `stages[0].steps=5`, `eval.temperatures=1,0.6`, `entropy.max=null`.
 *
 * @throws InputError for an unknown key (with the nearest known one) or a value of the wrong type.
 */
export function parseAssignment(text: string, keys: readonly KnownKey[] = KNOWN_KEYS): Assignment {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InputError(`--set ${text}: expected key=value, e.g. --set steps=20`);
  const key = text.slice(0, equals).trim();
  const path = parsePath(key);
  const spelled = path
    .map((part) => (typeof part === 'number' ? '[i]' : `.${part}`))
    .join('')
    .slice(1);
  const known = keys.find((candidate) => candidate.path === spelled);
  if (!known) throw new InputError(`--set ${key}: no such key; did you mean ${nearestKey(key, keys)}?`);
  const value = parseValue(text.slice(equals + 1), known.types);
  if (value === undefined) throw new InputError(`--set ${key}: "${text.slice(equals + 1)}" is no ${known.types.join(' or ')}`);
  return { path, value };
}
