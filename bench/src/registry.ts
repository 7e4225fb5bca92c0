import { InputError } from '@or1/trainer';
import type { Bench } from './bench.ts';

export interface BenchEntry {
  readonly name: string;
  readonly summary: string;
  /** What it belongs to: a group's name stands for all of its benchmarks. */
  readonly group: 'kernels' | 'rollout' | 'train' | 'verify' | 'curate' | 'gpu';
  /** Loads the benchmark's module; done when it is its turn. */
  load(): Promise<Bench>;
}

/** Every benchmark in the order in which they run. */
export const BENCHES: readonly BenchEntry[] = [
  {
    name: 'gemm',
    group: 'kernels',
    summary: 'matrix products against the ceiling of multiply and add, and against jax-js',
    load: () => import('./gemm.ts'),
  },
  {
    name: 'other-kernels',
    group: 'kernels',
    summary: 'attention, head, norms, activation and optimizer against multiply and add, or a plain copy',
    load: () => import('./kernels.ts'),
  },
  {
    name: 'generate',
    group: 'rollout',
    summary: 'sampling with the nano weights against transformers generate',
    load: () => import('./generate.ts'),
  },
  {
    name: 'train-pass',
    group: 'train',
    summary: 'forward and backward over packed groups against the ceiling',
    load: () => import('./train-pass.ts'),
  },
  {
    name: 'rl-step',
    group: 'train',
    summary: "a whole step of reinforcement learning against TRL's GRPOTrainer",
    load: () => import('./rl-step.ts'),
  },
  {
    name: 'dynamics',
    group: 'train',
    summary: 'a short run: where its time goes (t_R, t_T, t_O), and how fast entropy falls',
    load: () => import('./dynamics.ts'),
  },
  {
    name: 'phases',
    group: 'rollout',
    summary: 'prefill, decode, score, backward and optimizer, and memory by arena, at two sizes',
    load: () => import('./phases.ts'),
  },
  {
    name: 'verify-math',
    group: 'verify',
    summary: 'the math verifier: agreement with Math-Verify and speed',
    load: () => import('./verify-math.ts'),
  },
  {
    name: 'curate',
    group: 'curate',
    summary: 'curation of texts: planted truth, rows a second by stage, datasketch',
    load: () => import('./curate/curate.ts'),
  },
  {
    name: 'verify-code',
    group: 'verify',
    summary: 'the code verifier: responses a second in each sandbox',
    load: () => import('./verify-code.ts'),
  },
  {
    name: 'gpu-decode',
    group: 'gpu',
    summary: 'WebGPU: sampling at the shapes of Qwen2.5 against transformers generate',
    load: () => import('./gpu/decode.ts'),
  },
  {
    name: 'gpu-gemm',
    group: 'gpu',
    summary: 'WebGPU: products in three transposes and at the shapes of decoding',
    load: () => import('./gpu/gemm.ts'),
  },
  {
    name: 'gpu-attention',
    group: 'gpu',
    summary: "WebGPU: attention over sequences and in decoding against PyTorch's flash attention",
    load: () => import('./gpu/attention.ts'),
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
 * The benchmarks of these names or groups in their usual order; all but the GPU's where no name is given.
 *
 * @throws InputError for a name that there is not.
 */
export function chooseBenches(names: readonly string[]): readonly BenchEntry[] {
  const known = [...new Set([...BENCHES.map(({ group }) => group), ...BENCHES.map(({ name }) => name)])];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new InputError(`${unknown}: no such benchmark; there are ${known.join(', ')}`);
  return BENCHES.filter(({ name, group }) => (names.length === 0 ? group !== 'gpu' : names.includes(name) || names.includes(group)));
}
