import { z } from 'zod';
import type { RunConfiguration } from '../configuration/schema.ts';

/** Per prompt: visits in this stage, visits at which every sample was correct, and whether the last visit was one of them. */
export const solveHistorySchema = z.record(z.string(), z.tuple([z.number().int(), z.number().int(), z.boolean()]));

export type SolveHistoryState = z.infer<typeof solveHistorySchema>;

/**
 * Solve counts of every prompt, recorded before rejection (afterwards prompts that were always solved would never show). The stage
 * filter reads them at a stage boundary; the report leaves open which visits count, so the rule is a setting.
 */
export class SolveHistory {
  readonly #visits: Map<string, [visits: number, solved: number, last: boolean]>;

  constructor(state: SolveHistoryState = {}) {
    this.#visits = new Map(Object.entries(state).map(([id, entry]) => [id, [...entry]]));
  }

  /** In order of first visit, so that equal histories are equal text. */
  get state(): SolveHistoryState {
    return Object.fromEntries([...this.#visits].map(([id, entry]) => [id, [...entry]]));
  }

  record(id: string, solved: boolean): void {
    const [visits, solves] = this.#visits.get(id) ?? [0, 0, false];
    this.#visits.set(id, [visits + 1, solves + (solved ? 1 : 0), solved]);
  }

  /** Prompts that the policy solved with every sample: on the last visit, on any, or on all. */
  solved(rule: RunConfiguration['stageFilter']): readonly string[] {
    const counts = ([visits, solves, last]: [number, number, boolean]) =>
      rule === 'last' ? last : rule === 'any' ? solves > 0 : rule === 'all' ? solves === visits : false;
    return [...this.#visits].filter(([, entry]) => counts(entry)).map(([id]) => id);
  }

  clear(): void {
    this.#visits.clear();
  }
}
