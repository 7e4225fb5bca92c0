import { InputError } from '@or1/trainer';
import type { Bench } from './bench.ts';

export interface BenchEntry {
  readonly name: string;
  readonly summary: string;
  /** Benchmarks that run only when their group or they themselves are asked for. */
  readonly group?: 'gpu';
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
  {
    name: 'curate',
    summary: 'curation of texts: planted truth, rows a second by stage, datasketch',
    load: () => import('./curate/curate.ts'),
  },
  { name: 'verify-code', summary: 'the code verifier: responses a second in each sandbox', load: () => import('./verify-code.ts') },
  {
    name: 'gpu-decode',
    group: 'gpu',
    summary: 'WebGPU: sampling at the shapes of Qwen2.5 against transformers generate',
    load: () => import('./gpu/decode.ts'),
  },
  {
    name: 'gpu-train',
    group: 'gpu',
    summary: 'WebGPU: a training step at the same shapes against PyTorch',
    load: () => import('./gpu/train-step.ts'),
  },
  {
    name: 'gpu-rl',
    group: 'gpu',
    summary: 'WebGPU: a whole on-policy step against transformers generate and PyTorch',
    load: () => import('./gpu/rl-step.ts'),
  },
];

/**
 * The benchmarks of these names or groups in their usual order; all that are in no group where no name is given.
 *
 * @throws InputError for a name that there is not.
 */
export function chooseBenches(names: readonly string[]): readonly BenchEntry[] {
  const known = [...BENCHES.map(({ name }) => name), ...new Set(BENCHES.flatMap(({ group }) => group ?? []))];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new InputError(`${unknown}: no such benchmark; there are ${known.join(', ')}`);
  return BENCHES.filter(({ name, group }) =>
    names.length === 0 ? group === undefined : names.includes(name) || (group !== undefined && names.includes(group)),
  );
}
