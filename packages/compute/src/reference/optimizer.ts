/**
 * sumOfSquares: out = Σ v².
 * adamW (Loshchilov and Hutter 2019), with g = gradientScale · gradient and c1, c2 the bias corrections of the step:
 *   m = β1 m + (1 − β1) g        v = β2 v + (1 − β2) g²
 *   θ −= learningRate · (m / c1 / (sqrt(v / c2) + ε) + weightDecay · θ)
 */
import type { Call } from './call.ts';
import { floats } from './memory.ts';

export function sumOfSquares(call: Call<'sumOfSquares'>): void {
  const values = floats(call.values, 'sumOfSquares: values', call.values.length);
  const out = floats(call.out, 'sumOfSquares: out', 1);
  out[0] = values.reduce((sum, value) => sum + value ** 2, 0);
}

export function adamW(call: Call<'adamW'>): void {
  const { learningRate, beta1, beta2, epsilon, weightDecay, correction1, correction2, gradientScale } = call.step;
  const length = call.parameters.length;
  const parameters = floats(call.parameters, 'adamW: parameters', length);
  const gradients = floats(call.gradients, 'adamW: gradients', length);
  const first = floats(call.first, 'adamW: first', length);
  const second = floats(call.second, 'adamW: second', length);
  for (let i = 0; i < length; i++) {
    const gradient = gradientScale * gradients[i]!;
    first[i] = beta1 * first[i]! + (1 - beta1) * gradient;
    second[i] = beta2 * second[i]! + (1 - beta2) * gradient ** 2;
    const direction = first[i]! / correction1 / (Math.sqrt(second[i]! / correction2) + epsilon);
    parameters[i]! -= learningRate * (direction + weightDecay * parameters[i]!);
  }
}
