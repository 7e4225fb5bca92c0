import * as z from 'zod';

/** Columns to look in (the first that a row has wins; dots reach into objects), a template over columns, and a text to fall back on. */
const textFrom = z
  .strictObject({
    columns: z.array(z.string()).min(1).optional(),
    template: z.string().min(1).optional(),
    otherwise: z.string().min(1).optional(),
  })
  .refine((from) => from.columns || from.template || from.otherwise, { message: 'give columns, a template or otherwise' });

/**
 * How the rows of a file become problem records. A mapping is data: it can be written in a configuration file, checked, and saved with
 * the run.
 */
export const columnMappingSchema = z.strictObject({
  name: z.string().min(1),
  /** One line for people, shown where mappings are listed. */
  title: z.string(),
  /** A file fits when its rows have all of these columns (dots reach into objects; `a|b` means either). */
  requires: z.array(z.string()).min(1),
  /** A column that holds text or a list of messages, or a template such as `{nums join ' '}={target}?`. */
  prompt: z.union([z.strictObject({ columns: z.array(z.string()).min(1) }), z.strictObject({ template: z.string().min(1) })]),
  /**
   * The answer: a column (`after` keeps what follows the last occurrence of a text, `boxed` what the last \\boxed{} holds, `remove`
   * deletes texts), or an object whose values are columns. A list of texts is a list of acceptable answers; an object is kept as JSON.
   */
  groundTruth: z.union([
    z.strictObject({
      columns: z.array(z.string()).min(1),
      after: z.string().min(1).optional(),
      boxed: z.literal(true).optional(),
      remove: z.array(z.string().min(1)).optional(),
    }),
    z.strictObject({ object: z.record(z.string(), z.union([z.string(), z.strictObject({ constant: z.string() })])) }),
  ]),
  /**
   * Worked answers or reference programs that stand beside the problem: columns of text, of a list of texts or of such a list as JSON, or
   * a template. Curation checks problems by them; they are no part of the record.
   */
  solutions: z.union([z.strictObject({ columns: z.array(z.string()).min(1) }), z.strictObject({ template: z.string().min(1) })]).optional(),
  dataSource: textFrom,
  ability: textFrom,
  /** `reward_model.style`; `rule` unless stated. */
  style: textFrom.optional(),
  /** A column whose object becomes `extra_info`, and single columns kept there under a name. */
  extraInfo: z.strictObject({ column: z.string().optional(), fields: z.record(z.string(), z.string()).optional() }).optional(),
});

export type ColumnMapping = z.infer<typeof columnMappingSchema>;
export type TextFrom = z.infer<typeof textFrom>;
