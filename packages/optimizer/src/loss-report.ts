import { compareLogProbabilities, type Mismatch, RatioCounter, type RatioSpread } from './log-probability-mismatch.ts';
import type { LossSettings, PolicyStep } from './policy-step.ts';
import type { TokenValues } from './token-values.ts';
import { checkPolicyStep, tokenTerms } from './token-weights.ts';

/** Value of the loss and what describes the step. Means are over the step's tokens; log-probabilities and entropies are in nats. */
export interface LossReport {
  readonly tokens: number;
  /** The sum of the four terms below, each with its sign and coefficient. */
  readonly loss: number;
  readonly policyLoss: number;
  readonly entropyLoss: number;
  readonly klLoss: number;
  /** KL-Cov's term. */
  readonly driftLoss: number;
  /** Mean full-vocabulary entropy of the current policy. */
  readonly entropy: number;
  /** Share of tokens (0..1) whose policy gradient the clip removed. */
  readonly clipFraction: number;
  /** Mean of old - new log-probability, the k1 estimate of KL(old || new). */
  readonly approximateKl: number;
  /** pi_theta / pi_old; exactly 1 when strictly on-policy. */
  readonly ratio: RatioSpread;
  /** Learner against sampler; null when the sampler's log-probabilities were not given. */
  readonly mismatch: Mismatch | null;
  /** Truncated importance sampling: mean factor and share of tokens at the cap; null when off. */
  readonly importance: { readonly mean: number; readonly cappedShare: number } | null;
  /** Mean k3 divergence from the reference policy; null without a KL term. */
  readonly referenceKl: number | null;
  /** sqrt(mean A²) and sqrt(mean logp²): `actor/pg_grad_scale` and `actor/entropy_grad_scale` of the released code. */
  readonly advantageScale: number;
  readonly logProbabilityScale: number;
}

/**
 * The loss of a whole optimizer step at the scores that the learner returned for it (the policy before the update).
 *
 * @throws RangeError as `tokenWeights`.
 */
export function lossReport(
  step: PolicyStep,
  settings: LossSettings,
  scores: { readonly logProbabilities: TokenValues; readonly entropies: TokenValues },
): LossReport {
  checkPolicyStep(step, settings);
  const { tokens } = step;
  if (tokens === 0) throw new RangeError('a step without tokens has no loss');
  if (scores.logProbabilities.length !== tokens || scores.entropies.length !== tokens) {
    throw new RangeError(
      `${scores.logProbabilities.length} log-probabilities and ${scores.entropies.length} entropies were given for ${tokens} tokens`,
    );
  }

  const { clip, kl, importance } = settings;
  const ratios = new RatioCounter();
  const sums = { policy: 0, drift: 0, entropyTerm: 0, klTerm: 0, entropy: 0, clipped: 0, oldMinusNew: 0, importance: 0, capped: 0, k3: 0 };
  let advantageSquares = 0;
  let logProbabilitySquares = 0;
  for (let index = 0; index < tokens; index++) {
    const logProbability = scores.logProbabilities[index]!;
    const advantage = step.advantages[index]!;
    const scale = step.scales[index]!;
    const entropy = scores.entropies[index]!;
    const terms = tokenTerms(step, settings, index, logProbability);
    const boundedRatio = Math.min(Math.max(terms.ratio, 1 - clip.low), 1 + clip.high);
    const logReference = kl.beta === 0 ? 0 : step.reference![index]! - logProbability;
    const divergence = Math.expm1(logReference) - logReference;

    if (!terms.detached) sums.policy -= scale * terms.importance * Math.min(terms.ratio * advantage, boundedRatio * advantage);
    sums.drift += scale * terms.drift.coefficient * Math.abs(terms.drift.value);
    sums.entropyTerm -= scale * step.entropyCoefficient * entropy;
    sums.klTerm += scale * kl.beta * divergence;
    sums.entropy += entropy;
    sums.k3 += divergence;
    sums.importance += terms.importance;
    if (terms.importance === importance.cap) sums.capped++;
    if (terms.clipped) sums.clipped++;
    if (step.old !== null) sums.oldMinusNew += step.old[index]! - logProbability;
    ratios.add(terms.ratio);
    advantageSquares += advantage * advantage;
    logProbabilitySquares += logProbability * logProbability;
  }
  return {
    tokens,
    loss: sums.policy + sums.entropyTerm + sums.klTerm + sums.drift,
    policyLoss: sums.policy,
    entropyLoss: sums.entropyTerm,
    klLoss: sums.klTerm,
    driftLoss: sums.drift,
    entropy: sums.entropy / tokens,
    clipFraction: sums.clipped / tokens,
    approximateKl: sums.oldMinusNew / tokens,
    ratio: ratios.spread(),
    mismatch: step.sampler === null ? null : compareLogProbabilities(step.old ?? scores.logProbabilities, step.sampler),
    importance: importance.cap === null ? null : { mean: sums.importance / tokens, cappedShare: sums.capped / tokens },
    referenceKl: kl.beta === 0 ? null : sums.k3 / tokens,
    advantageScale: Math.sqrt(advantageSquares / tokens),
    logProbabilityScale: Math.sqrt(logProbabilitySquares / tokens),
  };
}
