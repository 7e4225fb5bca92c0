/** Results that the repository keeps: the lab's verdicts and the benchmarks' baselines. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { insideFolder } from '@or1/views/node';
import { z } from 'zod';

const curve = z.array(z.number().nullable());

/** What the page shows of the lab's files; other fields are the lab's own affair. */
const experimentSchema = z.looseObject({
  name: z.string(),
  claim: z.string(),
  scaling: z.string(),
  prediction: z.string(),
  verdict: z.enum(['reproduced', 'not reproduced', 'inconclusive']),
  arms: z.array(
    z.looseObject({
      name: z.string(),
      settings: z.record(z.string(), z.unknown()),
      seeds: z.array(z.number()),
      ...{ accuracy: curve, entropy: curve, coefficient: curve },
      end_accuracy: z.array(z.number()),
      end_entropy: z.array(z.number()),
    }),
  ),
  evidence: z.array(
    z.looseObject({
      test: z.string(),
      outcome: z.string(),
      effect: z.number().nullable(),
      interval95: z.array(z.number()).nullable(),
      seeds: z.number(),
    }),
  ),
});

const baselineSchema = z.looseObject({
  machine: z.looseObject({ cpu: z.string(), cores: z.number(), date: z.string(), commit: z.string().optional() }),
  device: z.string(),
  rows: z.array(
    z.looseObject({
      name: z.string(),
      shape: z.string(),
      value: z.number().nullable(),
      unit: z.string(),
      share_of_ceiling: z.number().nullable().optional(),
      ratio_to_peer: z.number().nullable().optional(),
    }),
  ),
});

export type LabExperiment = z.infer<typeof experimentSchema>;
export type Baseline = z.infer<typeof baselineSchema> & { readonly file: string };

export interface KeptResults<T> {
  readonly results: readonly T[];
  /** Files that could not be read, and why. */
  readonly notes: readonly string[];
}

async function readAll<T>(folder: string, read: (value: unknown, file: string) => readonly T[]): Promise<KeptResults<T>> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const results: T[] = [];
  const notes: string[] = [];
  for (const name of names.filter((one) => one.endsWith('.json')).sort()) {
    const path = await insideFolder(folder, name);
    try {
      if (path !== null) results.push(...read(await Bun.file(path).json(), name));
    } catch (error) {
      notes.push(`${name} cannot be shown: ${error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message}`);
    }
  }
  return { results, notes };
}

/** The lab's experiments, one a file; `quick` ones under that name. */
export function readLab(benchFolder: string): Promise<KeptResults<LabExperiment>> {
  return readAll(join(benchFolder, 'lab/results'), (value, file) => {
    const experiment = experimentSchema.parse(value);
    return [file.startsWith('quick-') ? { ...experiment, name: `${experiment.name} (quick)` } : experiment];
  });
}

/** Saved baselines of the benchmarks, oldest first. */
export async function readBaselines(benchFolder: string): Promise<KeptResults<Baseline>> {
  const { results, notes } = await readAll(join(benchFolder, 'baselines'), (value, file) => [{ ...baselineSchema.parse(value), file }]);
  return { results: [...results].sort((a, b) => a.machine.date.localeCompare(b.machine.date)), notes };
}
