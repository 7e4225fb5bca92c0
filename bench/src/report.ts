import { readFile } from 'node:fs/promises';
import { InputError, writeFileAside } from '@or1/trainer';
import { z } from 'zod';
import type { Row } from './bench.ts';
import type { MachineDescription } from './machine.ts';

/** What `--json` prints and `--save` keeps. */
export interface BenchReport {
  readonly machine: MachineDescription;
  readonly device: string;
  readonly rows: readonly Row[];
}

const savedSchema = z.looseObject({
  machine: z.looseObject({ cpu: z.string(), cores: z.number() }),
  rows: z.array(z.looseObject({ name: z.string(), shape: z.string(), unit: z.string(), value: z.number(), spread: z.number().optional() })),
});

/** As much of a saved report as a comparison needs. */
export type SavedReport = z.infer<typeof savedSchema>;

export async function saveReport(path: string, report: BenchReport): Promise<void> {
  await writeFileAside(path, `${JSON.stringify(report, null, 2)}\n`);
}

/** @throws InputError when the file is missing or is no report. */
export async function readReport(path: string): Promise<SavedReport> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new InputError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code}); give a file that --save wrote`, {
      cause: error,
    });
  }
  try {
    return savedSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new InputError(`${path}: is no saved benchmark report; give a file that --save wrote`, { cause: error });
  }
}
