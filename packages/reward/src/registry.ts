import { failure } from './define-reward.ts';
import type { Verifier } from './verdict.ts';

/** Which records a verifier is for. A route with both conditions needs both. */
export interface VerifierRoute {
  readonly name: string;
  /** The record's `ability`, exactly. */
  readonly ability?: string;
  /** What the record's `data_source` begins with. */
  readonly dataSource?: string;
  readonly verifier: Verifier;
}

export interface VerifierRegistry {
  /** Passes each item on to the verifier of its record; a record that no route takes is an infrastructure error. */
  readonly verifier: Verifier;
  /** The first route that takes the record, or null. */
  find(record: Readonly<Record<string, unknown>>): VerifierRoute | null;
  /** @throws naming the kinds of records that no route takes; call it before a run starts. */
  requireAll(records: Iterable<Readonly<Record<string, unknown>>>): void;
}

/** Picks a verifier by the record; routes are asked in order. */
export function createRegistry(routes: readonly VerifierRoute[]): VerifierRegistry {
  for (const route of routes) {
    if (route.ability === undefined && route.dataSource === undefined) {
      throw new Error(
        `verifier route ${route.name} has neither ability nor dataSource; state what it is for ('' as dataSource takes every record)`,
      );
    }
  }
  const known = routes.map(describeRoute).join('; ') || 'none';
  const find = (record: Readonly<Record<string, unknown>>) =>
    routes.find(
      ({ ability, dataSource }) =>
        (ability === undefined || record.ability === ability) &&
        (dataSource === undefined || (typeof record.data_source === 'string' && record.data_source.startsWith(dataSource))),
    ) ?? null;
  const describe = (record: Readonly<Record<string, unknown>>) =>
    `ability ${String(record.ability)}, data_source ${String(record.data_source)}`;
  return {
    find,
    verifier(input) {
      const route = find(input.record);
      if (route) return route.verifier(input);
      return { ...failure(`no verifier for ${describe(input.record)}; known: ${known}`), durationMs: 0 };
    },
    requireAll(records) {
      const missing = new Map<string, number>();
      for (const record of records) {
        if (find(record) === null) missing.set(describe(record), (missing.get(describe(record)) ?? 0) + 1);
      }
      if (missing.size === 0) return;
      const list = [...missing].map(([kind, count]) => `${kind} (${count} records)`).join('; ');
      throw new Error(`no verifier for ${list}; give a reward file or records of a known kind: ${known}`);
    },
  };
}

function describeRoute({ name, ability, dataSource }: VerifierRoute): string {
  const conditions = [ability === undefined ? '' : `ability ${ability}`, dataSource === undefined ? '' : `data_source ${dataSource}*`];
  return `${name} (${conditions.filter(Boolean).join(', ')})`;
}
