/**
 * Which groups each optimizer step of one training step sees: N_SGD = miniBatches * reuse (report, Eq 4.1: (D_R / D_T) * N_reuse).
 * Groups stay whole. One mini-batch and one pass is strictly on-policy, the report's recommendation.
 */
export interface StepPlan {
  /** Kept groups, after rejection, in rollout order. */
  readonly groups: readonly number[];
  /** Optimizer steps per pass over the buffer (D_R / D_T). */
  readonly miniBatches: number;
  /** Passes over the buffer (N_reuse). */
  readonly reuse: number;
  /**
   * What rejection does to mini-batches. `even`: the kept groups are dealt into `miniBatches` parts whose sizes differ by one at most,
   * fewer parts only when there are fewer groups. `nominal` (released code): parts of promptsPerStep / miniBatches groups as if none had
   * been rejected, so that the number of optimizer steps shrinks.
   */
  readonly partition: { readonly kind: 'even' } | { readonly kind: 'nominal'; readonly promptsPerStep: number };
  /** Null keeps rollout order (released code); otherwise each pass has its own order, a function of seed, training step and pass. */
  readonly shuffle: { readonly seed: number; readonly step: number } | null;
}

function mix(word: number): number {
  let value = word >>> 0;
  value = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  value = Math.imul(value ^ (value >>> 15), 0x846ca68b);
  return (value ^ (value >>> 16)) >>> 0;
}

function shuffled(groups: readonly number[], key: readonly number[]): number[] {
  const state = key.reduce((hash, word) => mix(hash ^ mix(word + 0x9e3779b9)), 0);
  const order = [...groups];
  for (let last = order.length - 1; last > 0; last--) {
    const pick = Math.floor((mix(state + Math.imul(last, 0x9e3779b9)) / 0x1_0000_0000) * (last + 1));
    [order[last], order[pick]] = [order[pick]!, order[last]!];
  }
  return order;
}

function boundaries(count: number, plan: StepPlan): number[] {
  if (plan.partition.kind === 'nominal') {
    const size = Math.max(1, Math.floor(plan.partition.promptsPerStep / plan.miniBatches));
    return Array.from({ length: Math.ceil(count / size) + 1 }, (_, part) => Math.min(count, part * size));
  }
  const parts = Math.min(plan.miniBatches, count);
  return Array.from({ length: parts + 1 }, (_, part) => Math.floor((part * count) / parts));
}

/**
 * The optimizer steps of one training step, in order, each a list of entries of `plan.groups`; no step is empty, and without groups
 * there are none.
 *
 * @throws RangeError unless `miniBatches` and `reuse` are positive whole numbers.
 */
export function planOptimizerSteps(plan: StepPlan): number[][] {
  for (const key of ['miniBatches', 'reuse'] as const) {
    if (!(Number.isInteger(plan[key]) && plan[key] >= 1))
      throw new RangeError(`${key} is ${plan[key]}: it must be 1 or a larger whole number`);
  }
  const count = plan.groups.length;
  if (count === 0) return [];
  const bounds = boundaries(count, plan);
  const steps: number[][] = [];
  for (let pass = 0; pass < plan.reuse; pass++) {
    const order =
      plan.shuffle === null
        ? plan.groups
        : shuffled(plan.groups, [plan.shuffle.seed, Math.floor(plan.shuffle.seed / 0x1_0000_0000), plan.shuffle.step, pass]);
    for (let part = 1; part < bounds.length; part++) steps.push(order.slice(bounds[part - 1], bounds[part]));
  }
  return steps;
}
