import * as z from 'zod';
import { columnMappingSchema } from '../column-mapping.ts';
import { endpointOptions } from './endpoint/chat-endpoint.ts';
import { publishOptions } from './publish.ts';

const fileList = z.array(z.string().min(1)).min(1);
const mapping = z.union([z.string().min(1), columnMappingSchema]);

/** A stage by its name, or `name: {options}`. */
const stageEntry = z.union([
  z.string().transform((name) => ({ name, options: {} as unknown })),
  z.record(z.string(), z.unknown()).transform((entry, context) => {
    const [pair, ...more] = Object.entries(entry);
    if (pair === undefined || more.length > 0) {
      context.addIssue({ code: 'custom', message: 'a stage is a name, or one name with its options' });
      return z.NEVER;
    }
    return { name: pair[0], options: pair[1] ?? {} };
  }),
]);

/** A curation pipeline as a file states it. Paths are relative to that file. */
export const curationConfiguration = z.strictObject({
  /** One line for the report. */
  title: z.string().min(1).default('Curation'),
  sources: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[\w.-]+$/, 'a name is of letters, digits, dots, hyphens and underscores'),
        files: fileList,
        mapping: mapping.default('auto'),
        licence: z.string().min(1),
        dataSource: z.string().min(1).optional(),
      }),
    )
    .min(1)
    .refine((sources) => new Set(sources.map(({ name }) => name)).size === sources.length, 'two sources have the same name'),
  /** Sets that training must not contain. */
  evaluations: z.array(z.strictObject({ name: z.string().min(1), files: fileList, mapping: mapping.default('auto') })).default([]),
  endpoints: z.record(z.string(), endpointOptions).default({}),
  stages: z.array(stageEntry).default([]),
  publish: publishOptions.prefault({}),
  /** What to do with a row that cannot be read: end the run, or list it and go on. */
  onError: z.enum(['stop', 'skip']).default('stop'),
  /** Where programs run; `auto` is the native sandbox where this machine has it. */
  sandbox: z.enum(['auto', 'native', 'wasm']).default('auto'),
});

export type CurationConfiguration = z.infer<typeof curationConfiguration>;

/** Checks a configuration. @throws Error naming the key at fault. */
export function parseCuration(values: unknown): CurationConfiguration {
  const checked = curationConfiguration.safeParse(values);
  if (checked.success) return checked.data;
  throw new Error(checked.error.issues.map(({ path, message }) => `${path.join('.') || 'the configuration'}: ${message}`).join('; '));
}
