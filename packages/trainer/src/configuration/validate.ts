import type { z } from 'zod';
import { InputError } from '../errors.ts';
import { KNOWN_KEYS, type KnownKey, nearestKey } from './known-keys.ts';
import { type RunConfiguration, runSchema } from './schema.ts';
import { stageSettings } from './stages.ts';

function spell(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

function explain(issue: z.core.$ZodIssue, where: string, keys: readonly KnownKey[]): string {
  if (issue.code === 'unrecognized_keys') {
    const key = spell([...issue.path, issue.keys[0]!]);
    return `${where}: no such key ${key}; did you mean ${nearestKey(key, keys)}?`;
  }
  return `${where}: ${spell(issue.path) || 'configuration'}: ${issue.message.replace(/^Invalid input: /, '')}`;
}

/**
 * Checks values against a schema.
 *
 * @param where what the values came from, for messages: `--set`, a file name, `config.json`
 * @throws InputError naming the first wrong key; an unknown key is answered with the nearest of `keys`.
 */
export function parseWith<Schema extends z.ZodType>(
  schema: Schema,
  values: unknown,
  where: string,
  keys: readonly KnownKey[],
): z.infer<Schema> {
  const result = schema.safeParse(values);
  if (!result.success) throw new InputError(explain(result.error.issues[0]!, where, keys));
  return result.data;
}

/** Relations between keys that no single bound states. */
function checkRelations(configuration: RunConfiguration, where: string): void {
  const refuse = (message: string): never => {
    throw new InputError(`${where}: ${message}`);
  };
  const { entropy, steps, epochs, stages, overlong } = configuration;
  if (entropy.max !== null && entropy.max < entropy.min) refuse(`entropy.max ${entropy.max} is below entropy.min ${entropy.min}`);
  if (steps === null && epochs === null && stages.length === 0)
    refuse('the run has no end: give steps, epochs or stages, e.g. --set steps=100');
  for (const [index, stage] of (stages.length > 0 ? stages : [{}]).entries()) {
    const name = stages.length > 0 ? `stages[${index}].` : '';
    const { contextLength, promptsPerStep, miniBatches } = stageSettings(configuration, stage);
    if (miniBatches > promptsPerStep) {
      refuse(`${name}miniBatches ${miniBatches} is more than ${name}promptsPerStep ${promptsPerStep}; a mini-batch needs a prompt`);
    }
    if (overlong.buffer > contextLength) refuse(`overlong.buffer ${overlong.buffer} is longer than ${name}contextLength ${contextLength}`);
  }
}

/**
 * Checks a whole configuration once.
 *
 * @throws InputError naming the first wrong key.
 */
export function validateConfiguration(values: unknown, where: string): RunConfiguration {
  const configuration = parseWith(runSchema, values, where, KNOWN_KEYS);
  checkRelations(configuration, where);
  return configuration;
}
