/**
 * out[r, n] = Σ_k x[r, k] · W[n, k] + bias[n]
 * Backward, with g = dL/dout:
 *   dL/dx[r, k] = Σ_n g[r, n] · W[n, k]        dL/dW[n, k] += Σ_r g[r, n] · x[r, k]        dL/dbias[n] += Σ_r g[r, n]
 */
import type { Call } from './call.ts';
import { matrixValues, trainableMatrixValues } from './matrix.ts';
import { floats } from './memory.ts';

export function linear(call: Call<'linear'>): void {
  const { matrix, rows } = call;
  const { outputs, inputs } = matrix;
  const x = floats(call.x, 'linear: x', rows * inputs);
  const values = matrixValues(matrix, 'linear');
  const bias = call.bias && floats(call.bias, 'linear: bias', outputs);
  const out = floats(call.out, 'linear: out', rows * outputs);
  for (let row = 0; row < rows; row++) {
    for (let n = 0; n < outputs; n++) {
      let sum = 0;
      for (let k = 0; k < inputs; k++) sum += x[row * inputs + k]! * values[n * inputs + k]!;
      out[row * outputs + n] = sum + (bias ? bias[n]! : 0);
    }
  }
}

export function linearInputGradient(call: Call<'linearInputGradient'>): void {
  const { matrix, rows } = call;
  const { outputs, inputs } = matrix;
  const outGradient = floats(call.outGradient, 'linearInputGradient: outGradient', rows * outputs);
  const values = trainableMatrixValues(matrix, 'linearInputGradient');
  const xGradient = floats(call.xGradient, 'linearInputGradient: xGradient', rows * inputs);
  for (let row = 0; row < rows; row++) {
    const target = xGradient.subarray(row * inputs, (row + 1) * inputs).fill(0);
    for (let n = 0; n < outputs; n++) {
      const gradient = outGradient[row * outputs + n]!;
      for (let k = 0; k < inputs; k++) target[k]! += gradient * values[n * inputs + k]!;
    }
  }
}

export function linearWeightGradient(call: Call<'linearWeightGradient'>): void {
  const { rows, outputs, inputs } = call;
  const outGradient = floats(call.outGradient, 'linearWeightGradient: outGradient', rows * outputs);
  const x = floats(call.x, 'linearWeightGradient: x', rows * inputs);
  const weightGradient = floats(call.weightGradient, 'linearWeightGradient: weightGradient', outputs * inputs);
  const biasGradient = call.biasGradient && floats(call.biasGradient, 'linearWeightGradient: biasGradient', outputs);
  for (let row = 0; row < rows; row++) {
    for (let n = 0; n < outputs; n++) {
      const gradient = outGradient[row * outputs + n]!;
      if (biasGradient) biasGradient[n]! += gradient;
      for (let k = 0; k < inputs; k++) weightGradient[n * inputs + k]! += gradient * x[row * inputs + k]!;
    }
  }
}
