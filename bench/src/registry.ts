import { InputError } from '@or1/trainer';
import type { Bench } from './bench.ts';

export interface BenchEntry {
  readonly name: string;
  readonly summary: string;
  /** Loads the benchmark's module; done when it is its turn. */
  load(): Promise<Bench>;
}

/** Every benchmark in the order in which they run. */
export const BENCHES: readonly BenchEntry[] = [
  {
    name: 'gemm',
    summary: 'matrix products against the ceiling of multiply and add, and against jax-js',
    load: () => import('./gemm.ts'),
  },
  { name: 'generate', summary: 'sampling with the nano weights against transformers generate', load: () => import('./generate.ts') },
  { name: 'train-pass', summary: 'forward and backward over packed groups against the ceiling', load: () => import('./train-pass.ts') },
  { name: 'rl-step', summary: "a whole step of reinforcement learning against TRL's GRPOTrainer", load: () => import('./rl-step.ts') },
  {
    name: 'phases',
    summary: 'prefill, decode, score, backward and optimizer, and memory by arena, at two sizes',
    load: () => import('./phases.ts'),
  },
  { name: 'verify-math', summary: 'the math verifier: agreement with Math-Verify and speed', load: () => import('./verify-math.ts') },
  { name: 'verify-code', summary: 'the code verifier: responses a second in each sandbox', load: () => import('./verify-code.ts') },
];

/**
 * The benchmarks of these names in their usual order; all of them where no name is given.
 *
 * @throws InputError for a name that there is not.
 */
export function chooseBenches(names: readonly string[]): readonly BenchEntry[] {
  const unknown = names.find((name) => !BENCHES.some((entry) => entry.name === name));
  if (unknown !== undefined) throw new InputError(`${unknown}: no such benchmark; there are ${BENCHES.map(({ name }) => name).join(', ')}`);
  return names.length === 0 ? BENCHES : BENCHES.filter(({ name }) => names.includes(name));
}
