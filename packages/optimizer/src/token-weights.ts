/**
 * MAGIC's loss as two numbers a token. For one optimizer step (report, Eq 3.1, with its optional terms):
 *
 *   L = sum over tokens of  scale * ( - w * min(rho A, clip(rho, 1 - low, 1 + high) A)  -  alpha H  +  beta D  +  kappa |logp - old| )
 *
 *   rho = exp(logp - old)                    ratio to the policy that the buffer came from; 1 when strictly on-policy
 *   w   = min(exp(learner - sampler), C)     truncated importance sampling, a constant factor; learner = old, or logp on-policy
 *   D   = u - log u - 1, u = exp(reference - logp)      the k3 estimator of the KL divergence from the reference
 *   kappa is KL-Cov's coefficient on the tokens that it chose, else 0; the tokens that Clip-Cov chose have no policy term
 *
 * so that the network needs only
 *
 *   dL/dlogp = scale * ( beta (1 - u) - w rho A + kappa sign(logp - old) ),   the second term 0 where the clipped branch is the smaller one
 *   dL/dH    = - scale * alpha
 *
 * The clipped branch is active when A > 0 and rho > 1 + high, or A < 0 and rho < 1 - low. Everything is computed in f64 and rounded
 * once, per token and from that token alone: how a step is split into micro-batches cannot change a bit.
 */
import type { LossSettings, PolicyStep } from './policy-step.ts';
import type { TokenValues } from './token-values.ts';

/** dL/dlogp and dL/dH, one entry a token. */
export interface TokenWeights {
  readonly logProbability: Float32Array;
  readonly entropy: Float32Array;
}

/** Tokens `start` to `end` (exclusive) of the step's flat order. */
export interface TokenRange {
  readonly start: number;
  readonly end: number;
}

/** True when the weights depend on nothing that the forward pass computes: strictly on-policy, no KL, no importance correction. */
export function weightsKnownBeforehand(step: PolicyStep, settings: LossSettings): boolean {
  return step.old === null && settings.kl.beta === 0 && settings.importance.cap === null;
}

/** @throws RangeError when settings are out of range, a needed array is missing, or an array's length differs from the step's tokens. */
export function checkPolicyStep(step: PolicyStep, settings: LossSettings): void {
  const { clip, kl, importance } = settings;
  if (!(step.entropyCoefficient >= 0)) throw new RangeError(`entropyCoefficient is ${step.entropyCoefficient}: it must be 0 or more`);
  if (!(clip.low >= 0 && clip.low <= 1)) throw new RangeError(`clip.low is ${clip.low}: it must lie between 0 and 1`);
  if (!(clip.high >= 0)) throw new RangeError(`clip.high is ${clip.high}: it must be 0 or more`);
  if (!(kl.beta >= 0)) throw new RangeError(`kl.beta is ${kl.beta}: it must be 0 or more`);
  if (importance.cap !== null && !(importance.cap > 0)) throw new RangeError(`importance.cap is ${importance.cap}: it must be positive`);
  if (kl.beta > 0 && step.reference === null) throw new RangeError('kl.beta > 0 needs the reference policy’s log-probabilities');
  if (importance.cap !== null && step.sampler === null) throw new RangeError('importance.cap needs the sampler’s log-probabilities');
  if ((settings.covariance !== null) !== (step.selected !== null))
    throw new RangeError('a step and its settings disagree about covariance');
  for (const name of ['advantages', 'scales', 'old', 'sampler', 'reference', 'selected'] as const) {
    const values = step[name];
    if (values !== null && values.length !== step.tokens) {
      throw new RangeError(`${name} has ${values.length} entries for the step's ${step.tokens} tokens`);
    }
  }
}

/** The parts of one token's term that depend on log-probabilities. */
export interface TokenTerms {
  readonly ratio: number;
  readonly clipped: boolean;
  readonly importance: number;
  /** u = pi_reference / pi_theta; 1 without a KL term. */
  readonly referenceRatio: number;
  /** Clip-Cov chose this token: it has no policy term. */
  readonly detached: boolean;
  /** kappa, and the sign and size of logp - old that it weighs. */
  readonly drift: { readonly coefficient: number; readonly value: number };
}

/** Terms of token `index` of the step; `logProbability` is the current policy's (unused where it is not needed). */
export function tokenTerms(step: PolicyStep, settings: LossSettings, index: number, logProbability: number): TokenTerms {
  const old = step.old === null ? logProbability : step.old[index]!;
  const ratio = step.old === null ? 1 : Math.exp(logProbability - old);
  const advantage = step.advantages[index]!;
  const { low, high } = settings.clip;
  const clipped = advantage > 0 ? ratio > 1 + high : advantage < 0 && ratio < 1 - low;
  const { cap } = settings.importance;
  const importance = cap === null ? 1 : Math.min(Math.exp(old - step.sampler![index]!), cap);
  const referenceRatio = settings.kl.beta === 0 ? 1 : Math.exp(step.reference![index]! - logProbability);
  const chosen = step.selected !== null && step.selected[index] === 1 ? settings.covariance : null;
  const coefficient = chosen?.mode === 'kl' ? chosen.coefficient : 0;
  return {
    ratio,
    clipped,
    importance,
    referenceRatio,
    detached: chosen?.mode === 'clip',
    drift: { coefficient, value: logProbability - old },
  };
}

/**
 * dL/dlogp and dL/dH for the tokens of `range` (the whole step by default). `logProbabilities` are the current policy's for exactly
 * those tokens, or null when `weightsKnownBeforehand`. Non-finite log-probabilities give non-finite weights, and so a gradient norm
 * that `decideUpdate` refuses.
 *
 * @throws RangeError as `checkPolicyStep`, or when log-probabilities are missing or do not fit the range.
 */
export function tokenWeights(
  step: PolicyStep,
  settings: LossSettings,
  logProbabilities: TokenValues | null,
  range: TokenRange = { start: 0, end: step.tokens },
): TokenWeights {
  checkPolicyStep(step, settings);
  const length = range.end - range.start;
  if (!(range.start >= 0 && length >= 0 && range.end <= step.tokens)) {
    throw new RangeError(`tokens ${range.start} to ${range.end} do not lie within the step's ${step.tokens}`);
  }
  if (logProbabilities === null && !weightsKnownBeforehand(step, settings)) {
    throw new RangeError('these weights need the current log-probabilities: the step is off-policy or has a KL or importance term');
  }
  if (logProbabilities !== null && logProbabilities.length !== length) {
    throw new RangeError(`${logProbabilities.length} log-probabilities were given for ${length} tokens`);
  }

  const weights = { logProbability: new Float32Array(length), entropy: new Float32Array(length) };
  for (let offset = 0; offset < length; offset++) {
    const index = range.start + offset;
    const scale = step.scales[index]!;
    const terms = tokenTerms(step, settings, index, logProbabilities?.[offset] ?? 0);
    const policy = terms.clipped || terms.detached ? 0 : terms.importance * terms.ratio * step.advantages[index]!;
    const drift = terms.drift.coefficient * Math.sign(terms.drift.value);
    weights.logProbability[offset] = scale * (settings.kl.beta * (1 - terms.referenceRatio) - policy + drift);
    weights.entropy[offset] = scale * (0 - step.entropyCoefficient);
  }
  return weights;
}
