/**
 * The output head: z_v = hidden · W_v / temperature + mask_v over the whole vocabulary, p = softmax(z).
 *   logSumExp = log Σ_v exp(z_v)        log p_v = z_v − logSumExp        entropy H = −Σ_v p_v log p_v
 * Backward, with a = dL/dlog p_target and b = dL/dH:
 *   dL/dz_v = a · (1[v = target] − p_v) − b · p_v · (log p_v + H)
 *   dL/dhidden = Σ_v dL/dz_v · W_v / temperature        dL/dW_v += dL/dz_v · hidden / temperature
 */
import type { DeviceBuffer, Matrix } from '../device.ts';
import type { Call } from './call.ts';
import { matrixValues, trainableMatrixValues } from './matrix.ts';
import { floats, words } from './memory.ts';
import { drawToken } from './sampling.ts';

interface HeadInput {
  readonly hidden: DeviceBuffer;
  readonly matrix: Matrix;
  readonly mask?: DeviceBuffer;
  readonly rows: number;
}

/** Reads one row's z. */
function logitReader(kernel: string, { hidden, matrix, mask, rows }: HeadInput, temperature: number): (row: number) => Float64Array {
  if (!(temperature > 0 && temperature < Infinity)) throw new RangeError(`${kernel}: temperature must be positive, not ${temperature}`);
  const { outputs: vocabulary, inputs: width } = matrix;
  const hiddenValues = floats(hidden, `${kernel}: hidden`, rows * width);
  const weights = matrixValues(matrix, kernel);
  const maskValues = mask && floats(mask, `${kernel}: mask`, vocabulary);
  return (row) => {
    const logits = new Float64Array(vocabulary);
    for (let v = 0; v < vocabulary; v++) {
      let sum = 0;
      for (let i = 0; i < width; i++) sum += hiddenValues[row * width + i]! * weights[v * width + i]!;
      logits[v] = sum / temperature + (maskValues ? maskValues[v]! : 0);
    }
    return logits;
  };
}

function logSumExpOf(logits: Float64Array): number {
  const maximum = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  return maximum + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - maximum), 0));
}

/** −Σ p log p; a token whose probability underflows to 0 adds nothing. */
function entropyOf(logits: Float64Array, logSumExp: number): number {
  return logits.reduce((sum, logit) => {
    const probability = Math.exp(logit - logSumExp);
    return probability > 0 ? sum - probability * (logit - logSumExp) : sum;
  }, 0);
}

function targetOf(kernel: string, targets: Uint32Array, row: number, vocabulary: number): number {
  const target = targets[row]!;
  if (target >= vocabulary) throw new RangeError(`${kernel}: targets[${row}] is ${target}, but the vocabulary has ${vocabulary} tokens`);
  return target;
}

export function headForward(call: Call<'headForward'>): void {
  const { rows, matrix } = call;
  const logitsOf = logitReader('headForward', call, call.temperature);
  const targets = words(call.targets, 'headForward: targets', rows);
  const logProbability = floats(call.logProbability, 'headForward: logProbability', rows);
  const entropy = floats(call.entropy, 'headForward: entropy', rows);
  const logSumExp = floats(call.logSumExp, 'headForward: logSumExp', rows);
  for (let row = 0; row < rows; row++) {
    const logits = logitsOf(row);
    logSumExp[row] = logSumExpOf(logits);
    logProbability[row] = logits[targetOf('headForward', targets, row, matrix.outputs)]! - logSumExp[row]!;
    entropy[row] = entropyOf(logits, logSumExp[row]!);
  }
}

export function headBackward(call: Call<'headBackward'>): void {
  const { rows, matrix, temperature } = call;
  const { outputs: vocabulary, inputs: width } = matrix;
  const logitsOf = logitReader('headBackward', call, temperature);
  const weights = trainableMatrixValues(matrix, 'headBackward');
  const hidden = floats(call.hidden, 'headBackward: hidden', rows * width);
  const targets = words(call.targets, 'headBackward: targets', rows);
  const entropy = floats(call.entropy, 'headBackward: entropy', rows);
  const logSumExp = floats(call.logSumExp, 'headBackward: logSumExp', rows);
  const logProbabilityWeight = floats(call.logProbabilityWeight, 'headBackward: logProbabilityWeight', rows);
  const entropyWeight = floats(call.entropyWeight, 'headBackward: entropyWeight', rows);
  const hiddenGradient = floats(call.hiddenGradient, 'headBackward: hiddenGradient', rows * width);
  const weightGradient = floats(call.weightGradient, 'headBackward: weightGradient', vocabulary * width);

  hiddenGradient.fill(0, 0, rows * width);
  for (let row = 0; row < rows; row++) {
    const logits = logitsOf(row);
    const target = targetOf('headBackward', targets, row, vocabulary);
    for (let v = 0; v < vocabulary; v++) {
      const logProbability = logits[v]! - logSumExp[row]!;
      const probability = Math.exp(logProbability);
      const fromLogProbability = logProbabilityWeight[row]! * ((v === target ? 1 : 0) - probability);
      const fromEntropy = probability > 0 ? -entropyWeight[row]! * probability * (logProbability + entropy[row]!) : 0;
      const gradient = (fromLogProbability + fromEntropy) / temperature;
      for (let i = 0; i < width; i++) {
        hiddenGradient[row * width + i]! += gradient * weights[v * width + i]!;
        weightGradient[v * width + i]! += gradient * hidden[row * width + i]!;
      }
    }
  }
}

export function headSample(call: Call<'headSample'>): void {
  const { rows, sampling } = call;
  const logitsOf = logitReader('headSample', call, sampling.temperature === 0 ? 1 : sampling.temperature);
  const bits = words(call.bits, 'headSample: bits', rows);
  const tokens = words(call.tokens, 'headSample: tokens', rows);
  const logProbability = floats(call.logProbability, 'headSample: logProbability', rows);
  const entropy = floats(call.entropy, 'headSample: entropy', rows);
  for (let row = 0; row < rows; row++) {
    const logits = logitsOf(row);
    const logSumExp = logSumExpOf(logits);
    const token = drawToken(logits, sampling, bits[row]!);
    tokens[row] = token;
    logProbability[row] = logits[token]! - logSumExp;
    entropy[row] = entropyOf(logits, logSumExp);
  }
}
