import leven from 'leven';
import { z } from 'zod';
import { runSchema } from './schema.ts';

/** What a value at a dotted key may be; from the schema, so that no second list of keys exists. */
export interface KnownKey {
  readonly path: string;
  readonly types: readonly ('number' | 'boolean' | 'string' | 'array' | 'object' | 'null')[];
}

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
}

function typesOf(schema: JsonSchema): KnownKey['types'] {
  if (schema.anyOf) return [...new Set(schema.anyOf.flatMap(typesOf))];
  if (schema.enum) return ['string'];
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  return types.map((type) => (type === 'integer' ? 'number' : (type as KnownKey['types'][number])));
}

function collect(schema: JsonSchema, path: string, into: KnownKey[]): void {
  if (path !== '') into.push({ path, types: typesOf(schema) });
  for (const [name, property] of Object.entries(schema.properties ?? {})) collect(property, path === '' ? name : `${path}.${name}`, into);
  if (schema.items?.properties) collect({ properties: schema.items.properties }, `${path}[i]`, into);
}

/** Every key of a schema as scripts write it; an entry of a list of groups is spelled `stages[i].steps`. */
export function keysOf(schema: z.ZodType): readonly KnownKey[] {
  const keys: KnownKey[] = [];
  collect(z.toJSONSchema(schema, { unrepresentable: 'any' }) as JsonSchema, '', keys);
  return keys;
}

/** The keys of a training run. */
export const KNOWN_KEYS: readonly KnownKey[] = keysOf(runSchema);

/** The known key that is spelled most like `path`; the last part alone counts too, so `target` finds `entropy.target`. */
export function nearestKey(path: string, keys: readonly KnownKey[] = KNOWN_KEYS): string {
  const spelled = path.replaceAll(/\[\d+\]/g, '[i]').toLowerCase();
  const distance = (key: string) => {
    const whole = leven(spelled, key.toLowerCase());
    const last = leven(spelled, key.slice(key.lastIndexOf('.') + 1).toLowerCase()) + 1;
    return Math.min(whole, last);
  };
  return keys.map(({ path }) => path).reduce((best, key) => (distance(key) < distance(best) ? key : best));
}
