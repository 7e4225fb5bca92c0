import * as z from 'zod';

/** Where a value of the record comes from: columns (dotted paths reach into objects; the first that a row has wins) or a fixed text. */
const valueFrom = z.union([z.strictObject({ columns: z.array(z.string()).min(1) }), z.strictObject({ value: z.string().min(1) })]);

/**
 * How the rows of a file become problem records. A mapping is data: it can be written in a configuration file, checked and saved with
 * the run.
 */
export const columnMappingSchema = z.strictObject({
  name: z.string().min(1),
  /** One line for people, listed when no mapping fits. */
  title: z.string(),
  /** A file fits when its rows have all of these columns (dotted paths; `a|b` means either). */
  requires: z.array(z.string()).min(1),
  /** A column that holds text or a list of messages, or a template such as `{nums join ' '}={target}?`; `{{` and `}}` stand for braces. */
  prompt: z.union([z.strictObject({ columns: z.array(z.string()).min(1) }), z.strictObject({ template: z.string().min(1) })]),
  /** The answer: one value (`after` keeps what follows its last occurrence, `remove` deletes texts), or an object put together from columns. */
  groundTruth: z.union([
    z.strictObject({ columns: z.array(z.string()).min(1), after: z.string().optional(), remove: z.array(z.string()).optional() }),
    z.strictObject({ object: z.record(z.string(), z.string()) }),
  ]),
  dataSource: valueFrom,
  ability: valueFrom,
  /** Columns kept under `extra_info`, by their name there. */
  extra: z.record(z.string(), z.string()).optional(),
});

export type ColumnMapping = z.infer<typeof columnMappingSchema>;
