import { type LossNormalization, responseScales } from './loss-normalization.ts';
import { type CovarianceSettings, selectByCovariance } from './token-covariance.ts';
import type { TokenValues } from './token-values.ts';

/** Settings of the loss (Eq 3.1 and its optional terms). */
export interface LossSettings {
  /** The ratio is clipped to [1 - low, 1 + high]. The report: 0.2 and 0.2; its clip-higher ablation raises `high` alone. */
  readonly clip: { readonly low: number; readonly high: number };
  /** Weight of the k3 KL term against a reference policy; 0 (the report) needs no reference. */
  readonly kl: { readonly beta: number };
  /** Truncated importance sampling: cap C on the ratio learner / sampler; null is off (the report). */
  readonly importance: { readonly cap: number | null };
  /** Clip-Cov or KL-Cov; null is off (the report). */
  readonly covariance: CovarianceSettings | null;
}

/**
 * All tokens of one optimizer step, flat: group after group, response after response. This is the order in which a learner scores
 * them. Arrays have one entry a token; log-probabilities are in nats at the sampling temperature.
 */
export interface PolicyStep {
  readonly tokens: number;
  readonly advantages: TokenValues;
  /** Factor before each token's term (see `LossNormalization`). */
  readonly scales: TokenValues;
  /** Log-probabilities under the policy that the ratio refers to (pi_k). Null: strictly on-policy, the ratio is 1 by definition. */
  readonly old: TokenValues | null;
  /** What the sampler reported; needed for the importance correction and to measure its mismatch with the learner. */
  readonly sampler: TokenValues | null;
  /** Log-probabilities under the reference policy; needed when beta > 0. */
  readonly reference: TokenValues | null;
  /** 1 for the tokens that `covariance` chose; null where it is off. */
  readonly selected: Uint8Array | null;
  /** alpha_k of this step. */
  readonly entropyCoefficient: number;
}

/** One response of an optimizer step. The three arrays have one entry a token; each kind is given for all responses or for none. */
export interface StepResponse {
  readonly tokens: number;
  readonly advantage: number;
  readonly old: TokenValues | null;
  readonly sampler: TokenValues | null;
  readonly reference: TokenValues | null;
}

export interface StepOptions {
  readonly entropyCoefficient: number;
  readonly normalization: LossNormalization;
  /** Clip-Cov or KL-Cov, and the number of the optimizer step, which keys the random choice; left out: off. */
  readonly covariance?: { readonly settings: CovarianceSettings; readonly draw: number };
}

function join(responses: readonly StepResponse[], kind: 'old' | 'sampler' | 'reference', tokens: number): TokenValues | null {
  const parts = responses.map((response) => response[kind]);
  if (parts.every((part) => part === null)) return null;
  const joined = parts.some((part) => part instanceof Float64Array) ? new Float64Array(tokens) : new Float32Array(tokens);
  let start = 0;
  parts.forEach((part, index) => {
    const expected = responses[index]!.tokens;
    if (part?.length !== expected) {
      throw new RangeError(`response ${index} has ${part?.length ?? 'no'} ${kind} log-probabilities for its ${expected} tokens`);
    }
    joined.set(part, start);
    start += expected;
  });
  return joined;
}

/**
 * Lays the responses of one optimizer step out flat, in the order given.
 *
 * @throws RangeError when the step is empty or an array does not fit its response.
 */
export function assemblePolicyStep(responses: readonly StepResponse[], options: StepOptions): PolicyStep {
  const lengths = responses.map((response) => response.tokens);
  const scalePerResponse = responseScales(lengths, options.normalization);
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  const advantages = new Float64Array(tokens);
  const scales = new Float64Array(tokens);
  let start = 0;
  responses.forEach((response, index) => {
    advantages.fill(response.advantage, start, start + response.tokens);
    scales.fill(scalePerResponse[index]!, start, start + response.tokens);
    start += response.tokens;
  });
  const old = join(responses, 'old', tokens);
  const sampler = join(responses, 'sampler', tokens);
  const { covariance } = options;
  const policy = old ?? sampler;
  if (covariance && policy === null) throw new RangeError('covariance needs the old or the sampler’s log-probabilities');
  return {
    tokens,
    advantages,
    scales,
    old,
    sampler,
    selected: covariance ? selectByCovariance(policy!, advantages, covariance.settings, covariance.draw) : null,
    reference: join(responses, 'reference', tokens),
    entropyCoefficient: options.entropyCoefficient,
  };
}
