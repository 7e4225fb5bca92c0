/**
 * Gated unit of Shazeer (2020) with gate a and up b: out = a · σ(a) · b, σ(a) = 1 / (1 + e^-a).
 * Backward: dL/da = g · b · σ(a) · (1 + a · (1 − σ(a)))        dL/db = g · a · σ(a)
 */
import type { Call } from './call.ts';
import { floats } from './memory.ts';

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

export function swiGlu(call: Call<'swiGlu'>): void {
  const { rows, width } = call;
  const gateUp = floats(call.gateUp, 'swiGlu: gateUp', rows * 2 * width);
  const out = floats(call.out, 'swiGlu: out', rows * width);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i++) {
      const gate = gateUp[row * 2 * width + i]!;
      const up = gateUp[row * 2 * width + width + i]!;
      out[row * width + i] = gate * sigmoid(gate) * up;
    }
  }
}

export function swiGluBackward(call: Call<'swiGluBackward'>): void {
  const { rows, width } = call;
  const gateUp = floats(call.gateUp, 'swiGluBackward: gateUp', rows * 2 * width);
  const outGradient = floats(call.outGradient, 'swiGluBackward: outGradient', rows * width);
  const gateUpGradient = floats(call.gateUpGradient, 'swiGluBackward: gateUpGradient', rows * 2 * width);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i++) {
      const gate = gateUp[row * 2 * width + i]!;
      const up = gateUp[row * 2 * width + width + i]!;
      const gradient = outGradient[row * width + i]!;
      const openness = sigmoid(gate);
      gateUpGradient[row * 2 * width + i] = gradient * up * openness * (1 + gate * (1 - openness));
      gateUpGradient[row * 2 * width + width + i] = gradient * gate * openness;
    }
  }
}
