/**
 * Eq 3.1 and its optional terms written out as a function of logits, for tests: nested sums over groups, responses and tokens, with
 * advantages, truncation masks and normalisers computed here again, in f64, from their definitions. Shares no code with the package.
 */

export interface WrittenToken {
  readonly logits: number[];
  readonly action: number;
  /** Log-probabilities that are constants of the loss. */
  readonly old: number;
  readonly sampler: number;
  readonly reference: number;
}

export interface WrittenResponse {
  readonly reward: number;
  readonly truncated: boolean;
  readonly tokens: readonly WrittenToken[];
}

export interface WrittenOptions {
  readonly normalize: boolean;
  readonly mask: 'none' | 'before' | 'after';
  readonly clipLow: number;
  readonly clipHigh: number;
  readonly beta: number;
  readonly cap: number | null;
  readonly alpha: number;
  /** Released weighting: responses per micro-batch and nominal responses; null is the report's global token mean. */
  readonly released: { readonly microBatches: readonly number[]; readonly nominal: number } | null;
}

export function softmax(logits: readonly number[]): number[] {
  const largest = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - largest));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((value) => value / sum);
}

export function entropyOf(logits: readonly number[]): number {
  return softmax(logits).reduce((sum, p) => sum - p * Math.log(p), 0);
}

export function logProbabilityOf(token: { readonly logits: readonly number[]; readonly action: number }): number {
  return Math.log(softmax(token.logits)[token.action]!);
}

function writtenAdvantages(group: readonly WrittenResponse[], options: Pick<WrittenOptions, 'normalize' | 'mask'>): number[] {
  const counted = group.filter((response) => options.mask !== 'before' || !response.truncated).map((response) => response.reward);
  const single = counted.length === 1;
  const mean = single ? 0 : counted.reduce((a, b) => a + b, 0) / counted.length;
  const variance = counted.reduce((a, b) => a + (b - mean) * (b - mean), 0) / (counted.length - 1);
  const deviation = single ? 1 : Math.sqrt(variance);
  return group.map((response) => {
    if (response.truncated && options.mask !== 'none') return 0;
    const centred = response.reward - mean;
    return options.normalize ? centred / (deviation + 1e-6) : centred;
  });
}

/** The loss of one optimizer step over whole groups. */
export function writtenLoss(groups: readonly (readonly WrittenResponse[])[], options: WrittenOptions): number {
  const termsOfResponses = groups.flatMap((group) => {
    const advantages = writtenAdvantages(group, options);
    return group.map((response, j) =>
      response.tokens.map((token) => {
        const logProbability = logProbabilityOf(token);
        const ratio = Math.exp(logProbability - token.old);
        const clipped = Math.max(1 - options.clipLow, Math.min(1 + options.clipHigh, ratio));
        const surrogate = Math.min(ratio * advantages[j]!, clipped * advantages[j]!);
        const importance = options.cap === null ? 1 : Math.min(options.cap, Math.exp(token.old) / Math.exp(token.sampler));
        const u = Math.exp(token.reference) / Math.exp(logProbability);
        const divergence = u - Math.log(u) - 1;
        return -(importance * surrogate + options.alpha * entropyOf(token.logits)) + options.beta * divergence;
      }),
    );
  });
  if (options.released === null) {
    const all = termsOfResponses.flat();
    return all.reduce((a, b) => a + b, 0) / all.length;
  }
  let loss = 0;
  let start = 0;
  for (const responses of options.released.microBatches) {
    const microBatch = termsOfResponses.slice(start, start + responses).flat();
    loss += (microBatch.reduce((a, b) => a + b, 0) / microBatch.length) * (responses / options.released.nominal);
    start += responses;
  }
  return loss;
}

/** Central differences of the written loss with respect to every logit of every token, flat over tokens. */
export function finiteDifferences(groups: readonly (readonly WrittenResponse[])[], options: WrittenOptions): number[][] {
  const step = 1e-5;
  const tokens = groups.flat().flatMap((response) => response.tokens);
  return tokens.map((token) =>
    token.logits.map((logit, v) => {
      token.logits[v] = logit + step;
      const above = writtenLoss(groups, options);
      token.logits[v] = logit - step;
      const below = writtenLoss(groups, options);
      token.logits[v] = logit;
      return (above - below) / (2 * step);
    }),
  );
}

/** The backward pass of a softmax head: gradient of the logits of one token from dL/dlogp and dL/dH. */
export function logitGradient(token: WrittenToken, logProbabilityWeight: number, entropyWeight: number): number[] {
  const probabilities = softmax(token.logits);
  const entropy = entropyOf(token.logits);
  return probabilities.map((p, v) => {
    const dLogProbability = (v === token.action ? 1 : 0) - p;
    const dEntropy = -p * (Math.log(p) + entropy);
    return logProbabilityWeight * dLogProbability + entropyWeight * dEntropy;
  });
}
