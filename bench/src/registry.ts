import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@or1/trainer';
import type { Bench } from './bench.ts';

/** Every benchmark in the order in which they run; its module is loaded when it is its turn. */
const BENCHES: Readonly<Record<string, string>> = {
  gemm: 'matrix products against the ceiling of multiply and add, and against jax-js',
  generate: 'sampling with the nano weights against transformers generate',
  'train-pass': 'forward and backward over packed groups against the ceiling',
  'rl-step': "a whole step of reinforcement learning against TRL's GRPOTrainer",
  phases: 'prefill, decode, score, backward and optimizer, and memory by arena, at two sizes',
  'verify-math': 'the math verifier: agreement and speed',
  'verify-code': 'the code verifier: agreement and speed',
};

export interface BenchEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Bench>;
}

export function listBenches(): readonly BenchEntry[] {
  return Object.entries(BENCHES)
    .map(([name, summary]) => ({ name, summary, path: join(import.meta.dir, `${name}.ts`) }))
    .filter(({ path }) => existsSync(path))
    .map(({ name, summary, path }) => ({ name, summary, load: () => import(path) as Promise<Bench> }));
}

/**
 * The benchmarks of these names in their usual order; all of them where no name is given.
 *
 * @throws InputError for a name that there is not.
 */
export function chooseBenches(names: readonly string[]): readonly BenchEntry[] {
  const all = listBenches();
  const unknown = names.find((name) => !all.some((entry) => entry.name === name));
  if (unknown !== undefined) throw new InputError(`${unknown}: no such benchmark; there are ${all.map(({ name }) => name).join(', ')}`);
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}
