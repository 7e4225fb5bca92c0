import * as z from 'zod';
import { KEEP, type Stage } from '../stage.ts';
import { type FilterReason, filterText } from './text-filters.ts';

const REASONS = ['url', 'figure', 'proof', 'multiple choice', 'several parts'] as const satisfies readonly FilterReason[];

export const filterOptions = z.strictObject({
  /** What to drop. */
  reasons: z
    .array(z.enum(REASONS))
    .min(1)
    .default([...REASONS]),
  /** Abilities whose problems are looked at. */
  abilities: z.array(z.string()).min(1).default(['math']),
});

/** Drops problems that need a page or a picture, ask for a proof, offer options, or ask for several things. */
export function filterStage(options: z.infer<typeof filterOptions>): Stage {
  return {
    name: 'filters',
    version: 1,
    scope: 'record',
    isCheap: true,
    options,
    inputs: [],
    applies: ({ record }) => options.abilities.includes(record.ability),
    judge: (items) =>
      items.map(({ text }) => {
        const filtered = filterText(text, options.reasons);
        return filtered === null ? KEEP : { verdict: 'drop', reason: filtered.reason, detail: `${filtered.rule}: ${filtered.match}` };
      }),
  };
}
