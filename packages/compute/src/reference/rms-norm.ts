/**
 * Root-mean-square normalisation (Zhang and Sennrich 2019) of a vector x of `width` W:
 *   s = (mean(x²) + eps)^-1/2        out_i = x_i · s · w_i
 * Backward, with g = dL/dout:
 *   dL/dx_i = s · (w_i g_i − x_i · s² · mean_j(w_j g_j x_j))        dL/dw_i += g_i · x_i · s
 */
import type { Call } from './call.ts';
import { checkDisjoint, floats } from './memory.ts';

/** Elements from the first to one past the last that `rows` rows of `groups` vectors touch. */
function extent(rows: number, groups: number, width: number, stride: number): number {
  return rows === 0 ? 0 : (rows - 1) * stride + groups * width;
}

function inverseRoot(x: Float64Array, start: number, width: number, epsilon: number): number {
  let squares = 0;
  for (let i = 0; i < width; i++) squares += x[start + i]! ** 2;
  return 1 / Math.sqrt(squares / width + epsilon);
}

export function rmsNorm(call: Call<'rmsNorm'>): void {
  const { rows, width, epsilon, groups = 1 } = call;
  const stride = call.stride ?? groups * width;
  const outStride = call.outStride ?? groups * width;
  const x = floats(call.x, 'rmsNorm: x', extent(rows, groups, width, stride));
  const residual = call.residual && floats(call.residual, 'rmsNorm: residual', extent(rows, groups, width, stride));
  const weight = floats(call.weight, 'rmsNorm: weight', width);
  const out = floats(call.out, 'rmsNorm: out', extent(rows, groups, width, outStride));

  for (let row = 0; row < rows; row++) {
    for (let group = 0; group < groups; group++) {
      const start = row * stride + group * width;
      const outStart = row * outStride + group * width;
      if (residual) for (let i = 0; i < width; i++) x[start + i]! += residual[start + i]!;
      const scale = inverseRoot(x, start, width, epsilon);
      for (let i = 0; i < width; i++) out[outStart + i] = x[start + i]! * scale * weight[i]!;
    }
  }
}

export function rmsNormBackward(call: Call<'rmsNormBackward'>): void {
  const { rows, width, epsilon, accumulate, groups = 1 } = call;
  const stride = call.stride ?? groups * width;
  const gradientStride = call.gradientStride ?? groups * width;
  const x = floats(call.x, 'rmsNormBackward: x', extent(rows, groups, width, stride));
  const weight = floats(call.weight, 'rmsNormBackward: weight', width);
  const outGradient = floats(call.outGradient, 'rmsNormBackward: outGradient', extent(rows, groups, width, gradientStride));
  const xGradient = floats(call.xGradient, 'rmsNormBackward: xGradient', extent(rows, groups, width, gradientStride));
  const weightGradient = floats(call.weightGradient, 'rmsNormBackward: weightGradient', width);
  floats(call.scratch, 'rmsNormBackward: scratch', rows * groups);
  checkDisjoint(call.outGradient, call.xGradient, 'rmsNormBackward: outGradient and xGradient');

  for (let row = 0; row < rows; row++) {
    for (let group = 0; group < groups; group++) {
      const start = row * stride + group * width;
      const gradientStart = row * gradientStride + group * width;
      const scale = inverseRoot(x, start, width, epsilon);
      let dot = 0;
      for (let i = 0; i < width; i++) dot += weight[i]! * outGradient[gradientStart + i]! * x[start + i]!;
      for (let i = 0; i < width; i++) {
        const gradient = outGradient[gradientStart + i]!;
        weightGradient[i]! += gradient * x[start + i]! * scale;
        const own = scale * (weight[i]! * gradient - x[start + i]! * scale ** 2 * (dot / width));
        xGradient[gradientStart + i] = own + (accumulate ? xGradient[gradientStart + i]! : 0);
      }
    }
  }
}
