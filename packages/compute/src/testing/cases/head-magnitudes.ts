/** The head in f64 with the magnitudes behind its bounds. */
import { boundsOf } from '../kernel-case.ts';
import { bound, ROUNDINGS, sumRoundings } from '../tolerances.ts';

interface HeadInputs {
  readonly hidden: Float32Array;
  readonly values: Float32Array;
  readonly mask: Float32Array;
  readonly targets: Uint32Array;
}

interface HeadSize {
  readonly rows: number;
  readonly width: number;
  readonly vocabulary: number;
  readonly temperature: number;
}

export function headMagnitudes({ hidden, values, mask, targets }: HeadInputs, { rows, width, vocabulary, temperature }: HeadSize) {
  const logits: Float64Array[] = [];
  const logSumExp: number[] = [];
  const entropy: number[] = [];
  /** Largest sum of absolute terms of any logit. */
  let logitMagnitude = 0;
  /** Per row, the mean over tokens of 1 + the distance to the largest logit: how errors of logits weigh in the entropy. */
  const spread: number[] = [];
  for (let row = 0; row < rows; row++) {
    const z = Float64Array.from({ length: vocabulary }, (_, v) => {
      let [sum, magnitude] = [0, 0];
      for (let i = 0; i < width; i++) {
        const term = (hidden[row * width + i]! * values[v * width + i]!) / temperature;
        sum += term;
        magnitude += Math.abs(term);
      }
      logitMagnitude = Math.max(logitMagnitude, magnitude);
      return sum + mask[v]!;
    });
    const top = z.reduce((a, b) => Math.max(a, b), -Infinity);
    const total = z.reduce((sum, logit) => sum + Math.exp(logit - top), 0);
    const lse = top + Math.log(total);
    logits.push(z);
    logSumExp.push(lse);
    entropy.push(z.reduce((sum, logit) => (logit > -1e29 ? sum - Math.exp(logit - lse) * (logit - lse) : sum), 0));
    spread.push(z.reduce((sum, logit) => (logit > -1e29 ? sum + Math.exp(logit - lse) * (1 + top - logit) : sum), 0));
  }
  /** Roundings of a log-probability: those of its logit and of the sum that it is divided by. */
  const roundings = ROUNDINGS.head + logitMagnitude * (4 + sumRoundings(width)) + sumRoundings(vocabulary);
  return {
    logits,
    logSumExp,
    entropy,
    roundings,
    bounds: {
      logProbability: boundsOf(rows, (row) => bound(roundings, 1) + bound(4, Math.abs(logits[row]![targets[row]!]! - logSumExp[row]!))),
      entropy: boundsOf(rows, (row) => bound(roundings, spread[row]!) + bound(2, Math.log(vocabulary))),
      logSumExp: boundsOf(rows, (row) => bound(roundings, 1) + bound(2, Math.abs(logSumExp[row]!))),
    },
  };
}
