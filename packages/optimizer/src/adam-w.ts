/** AdamW with decoupled weight decay (Loshchilov and Hutter 2019); PyTorch's formula. */
import type { TokenValues as RealArray } from './token-values.ts';

export interface AdamWSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

/** Everything that changes from update to update, ready for a device. */
export interface AdamWStep extends AdamWSettings {
  readonly learningRate: number;
  /** 1 - beta1^t and 1 - beta2^t. */
  readonly correction1: number;
  readonly correction2: number;
  /** Factor on the gradient before use (clipping). */
  readonly gradientScale: number;
}

/** A power with a whole exponent by repeated squaring: engines differ in the last bit of `**`, multiplication is the same everywhere. */
export function wholePower(base: number, exponent: number): number {
  let power = 1;
  for (let square = base, rest = exponent; rest > 0; square *= square, rest = Math.floor(rest / 2)) if (rest % 2 === 1) power *= square;
  return power;
}

/** The scalars of update t = 1, 2, … @throws RangeError when t is not a positive whole number. */
export function adamWStep(
  settings: AdamWSettings,
  update: { readonly t: number; readonly learningRate: number; readonly gradientScale: number },
): AdamWStep {
  const { t, learningRate, gradientScale } = update;
  if (!(Number.isInteger(t) && t >= 1)) throw new RangeError(`AdamW updates are numbered from 1, not ${t}`);
  return {
    beta1: settings.beta1,
    beta2: settings.beta2,
    epsilon: settings.epsilon,
    weightDecay: settings.weightDecay,
    learningRate,
    correction1: 1 - wholePower(settings.beta1, t),
    correction2: 1 - wholePower(settings.beta2, t),
    gradientScale,
  };
}

export interface AdamWState {
  readonly first: RealArray;
  readonly second: RealArray;
  /** Updates made so far. */
  updates: number;
}

/** Zero moments of the same length and precision as `parameters`. */
export function createAdamWState(parameters: RealArray): AdamWState {
  const zeros = () => (parameters instanceof Float64Array ? new Float64Array(parameters.length) : new Float32Array(parameters.length));
  return { first: zeros(), second: zeros(), updates: 0 };
}

/**
 * One update of plain arrays, in place, for those who train without a device. Arithmetic is in f64; what is stored has the arrays'
 * own precision.
 *
 * @throws RangeError when lengths differ.
 */
export function adamW(
  parameters: RealArray,
  gradients: RealArray,
  state: AdamWState,
  settings: AdamWSettings & { readonly learningRate: number; readonly gradientScale: number },
): void {
  if (gradients.length !== parameters.length || state.first.length !== parameters.length || state.second.length !== parameters.length) {
    throw new RangeError(`AdamW: ${parameters.length} parameters, ${gradients.length} gradients, moments for ${state.first.length}`);
  }
  state.updates++;
  const step = adamWStep(settings, { t: state.updates, learningRate: settings.learningRate, gradientScale: settings.gradientScale });
  const decay = 1 - step.learningRate * step.weightDecay;
  for (let index = 0; index < parameters.length; index++) {
    const gradient = gradients[index]! * step.gradientScale;
    const first = step.beta1 * state.first[index]! + (1 - step.beta1) * gradient;
    const second = step.beta2 * state.second[index]! + (1 - step.beta2) * gradient * gradient;
    state.first[index] = first;
    state.second[index] = second;
    const denominator = Math.sqrt(second / step.correction2) + step.epsilon;
    parameters[index] = parameters[index]! * decay - (step.learningRate * (first / step.correction1)) / denominator;
  }
}
