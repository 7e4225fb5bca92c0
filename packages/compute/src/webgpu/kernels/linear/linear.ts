/** The contract's three linear maps as products; operands above the binding limit are cut into runs. */
import type { GpuRuntime } from '../../runtime/gpu-runtime.ts';
import { type GpuBuffer, gpuBuffer } from '../../runtime/memory.ts';
import type { Call } from '../call.ts';
import { addColumnSums } from './column-sums.ts';
import { gpuMatrix, trainableMatrix } from './gpu-matrix.ts';
import { gradientScale } from './gradient-scale.ts';
import { multipliesInHalf, multiply, type ProductOperand } from './product.ts';

const rowMajor = (buffer: GpuBuffer, stride: number, storage: 'f32' | 'f16' = 'f32'): ProductOperand => ({
  buffer,
  depthContiguous: true,
  stride,
  storage,
});
const columnMajor = (buffer: GpuBuffer, stride: number, storage: 'f32' | 'f16' = 'f32'): ProductOperand => ({
  buffer,
  depthContiguous: false,
  stride,
  storage,
});

/** Runs of the rows of a matrix whose rows have `width` f32 elements, starting at multiples of four. */
export function bindableRows(runtime: GpuRuntime, rows: number, width: number): (readonly [number, number])[] {
  const runs: (readonly [number, number])[] = [];
  const fitting = Math.floor((runtime.bindingBytes - 512) / (4 * width));
  const most = Math.max(1, fitting - (fitting >= 4 ? fitting % 4 : 0));
  for (let start = 0; start < rows; start += most) runs.push([start, Math.min(most, rows - start)]);
  return runs;
}

/** out [R, N] = x [R, K] · values^T + bias. */
export function linear(runtime: GpuRuntime, call: Call<'linear'>): void {
  const matrix = gpuMatrix(call.matrix, 'linear');
  const { outputs, inputs, operand, storage } = matrix;
  const [x, out] = [gpuBuffer(call.x), gpuBuffer(call.out)];
  const bias = call.bias && gpuBuffer(call.bias);
  for (const [row, rows] of bindableRows(runtime, call.rows, Math.max(inputs, outputs))) {
    for (const [column, columns] of bindableRows(runtime, outputs, inputs)) {
      multiply(runtime, {
        a: rowMajor(x.slice(row * inputs, rows * inputs), inputs),
        b: rowMajor(operand.slice(column * inputs, columns * inputs), inputs, storage),
        out: out.slice(row * outputs + column, (rows - 1) * outputs + columns),
        outStride: outputs,
        bias: bias?.slice(column, columns),
        rows,
        columns,
        depth: inputs,
        accumulate: false,
      });
    }
  }
}

/** The scale that a gradient is multiplied by before it becomes f16; nothing where it stays f32. */
export function scaleOf(runtime: GpuRuntime, gradient: GpuBuffer): GpuBuffer | undefined {
  return multipliesInHalf(runtime) ? gradientScale(runtime, gradient) : undefined;
}

/** xGradient [R, K] = outGradient [R, N] · values. */
export function linearInputGradient(runtime: GpuRuntime, call: Call<'linearInputGradient'>): void {
  const { outputs, inputs, operand, storage } = trainableMatrix(call.matrix, 'linearInputGradient');
  const [outGradient, xGradient] = [gpuBuffer(call.outGradient), gpuBuffer(call.xGradient)];
  const scale = scaleOf(runtime, outGradient.slice(0, call.rows * outputs));
  for (const [row, rows] of bindableRows(runtime, call.rows, Math.max(inputs, outputs))) {
    for (const [first, depth] of bindableRows(runtime, outputs, inputs)) {
      multiply(runtime, {
        a: rowMajor(outGradient.slice(row * outputs + first, (rows - 1) * outputs + depth), outputs),
        b: columnMajor(operand.slice(first * inputs, depth * inputs), inputs, storage),
        out: xGradient.slice(row * inputs, rows * inputs),
        outStride: inputs,
        scale,
        rows,
        columns: inputs,
        depth,
        accumulate: first > 0,
      });
    }
  }
}

/** weightGradient [N, K] += outGradient^T · x, biasGradient [N] += column sums of outGradient. */
export function linearWeightGradient(runtime: GpuRuntime, call: Call<'linearWeightGradient'>): void {
  const { outputs, inputs } = call;
  const [outGradient, x, weightGradient] = [gpuBuffer(call.outGradient), gpuBuffer(call.x), gpuBuffer(call.weightGradient)];
  const biasGradient = call.biasGradient && gpuBuffer(call.biasGradient);
  const scale = scaleOf(runtime, outGradient.slice(0, call.rows * outputs));
  for (const [first, depth] of bindableRows(runtime, call.rows, Math.max(inputs, outputs))) {
    const gradients = outGradient.slice(first * outputs, depth * outputs);
    for (const [row, rows] of bindableRows(runtime, outputs, inputs)) {
      multiply(runtime, {
        a: columnMajor(gradients.slice(row, gradients.length - row), outputs),
        b: columnMajor(x.slice(first * inputs, depth * inputs), inputs),
        out: weightGradient.slice(row * inputs, rows * inputs),
        outStride: inputs,
        scale,
        rows,
        columns: inputs,
        depth,
        accumulate: true,
      });
    }
    if (biasGradient) addColumnSums(runtime, gradients, biasGradient, depth, outputs);
  }
}
