import { type EntropySettings, entropyByFamily, type GroupSelection, tokenMean } from '@or1/optimizer';
import { solveBinName, sourceMetricName } from '../events/metrics.ts';
import type { GeneratedGroups, JudgedSample } from './generate-and-judge.ts';
import type { JudgedGroup, SortedJudgements } from './sort-judgements.ts';
import type { KeptGroup, UpdateReport } from './update.ts';

type Metrics = Record<string, number>;

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function least(values: readonly number[]): number {
  return values.reduce((found, value) => Math.min(found, value), Number.POSITIVE_INFINITY);
}

function largest(values: readonly number[]): number {
  return values.reduce((found, value) => Math.max(found, value), Number.NEGATIVE_INFINITY);
}

/** Adds mean, least and largest under one name; nothing where there are no values. */
function addSpread(metrics: Metrics, name: string, values: readonly number[]): void {
  if (values.length === 0) return;
  metrics[`${name}/mean`] = mean(values);
  metrics[`${name}/min`] = least(values);
  metrics[`${name}/max`] = largest(values);
}

const isCorrect = ({ judgement }: JudgedSample) => judgement.verdict === 'correct';
const isTruncated = ({ rollout }: JudgedSample) => rollout.finish === 'length';
const lengthOf = ({ rollout }: JudgedSample) => rollout.tokens.length;
const shareOf = (samples: readonly JudgedSample[], has: (sample: JudgedSample) => boolean) => samples.filter(has).length / samples.length;

/** What the rollouts and their judgements say, before anything is rejected. */
export function rolloutMetrics(generated: GeneratedGroups, sorted: SortedJudgements, selection: GroupSelection): Metrics {
  const { judged } = sorted;
  const samples = judged.flatMap((group) => group.samples);
  const metrics: Metrics = {
    'groups/kept': selection.kept.length,
    'groups/unverifiable': sorted.unverifiable.length,
    'groups/undersized': sorted.undersized,
    'samples/dropped': sorted.failures.length,
    'tokens/prompt': generated.promptTokens,
    'tokens/generated': generated.generatedTokens,
    'tokens/kept': selection.tokens,
  };
  addSpread(
    metrics,
    'prompt-length',
    generated.groups.map(({ prompt }) => prompt.tokens.length),
  );
  if (samples.length === 0) return metrics;

  const finished = samples.filter((sample) => !isTruncated(sample));
  metrics.accuracy = shareOf(samples, isCorrect);
  if (finished.length > 0) metrics['accuracy/not-truncated'] = shareOf(finished, isCorrect);
  addSpread(
    metrics,
    'reward',
    samples.map(({ judgement }) => judgement.reward!),
  );
  addSpread(metrics, 'length', samples.map(lengthOf));
  metrics['length/truncated-share'] = shareOf(samples, isTruncated);

  const { statistics } = selection;
  metrics['groups/rejected-share'] = selection.rejectedShare;
  metrics['groups/kept-share'] = 1 - selection.rejectedShare;
  metrics['groups/solve-none-share'] = statistics.solveNone / statistics.groups;
  metrics['groups/solve-all-share'] = statistics.solveAll / statistics.groups;
  for (const [bin, count] of statistics.bins.entries()) metrics[solveBinName(bin)] = count / statistics.groups;

  addByAdvantage(metrics, judged, selection.advantages);
  metrics['entropy/all'] = tokenMean(samples.map(({ rollout }) => rollout.entropies));
  addBySource(metrics, judged);
  return metrics;
}

function addByAdvantage(metrics: Metrics, judged: readonly JudgedGroup[], advantages: readonly Float64Array[]): void {
  const better: number[] = [];
  const worse: number[] = [];
  for (const [index, { samples }] of judged.entries()) {
    for (const [place, sample] of samples.entries()) {
      const advantage = advantages[index]![place]!;
      if (advantage > 0) better.push(lengthOf(sample));
      if (advantage < 0) worse.push(lengthOf(sample));
    }
  }
  if (better.length > 0) metrics['length/better-mean'] = mean(better);
  if (worse.length > 0) metrics['length/worse-mean'] = mean(worse);
  if (better.length > 0 && worse.length > 0) metrics['length/better-minus-worse'] = mean(better) - mean(worse);
}

function addBySource(metrics: Metrics, judged: readonly JudgedGroup[]): void {
  const bySource = Map.groupBy(judged, ({ group }) => group.prompt.source);
  for (const [source, groups] of bySource) {
    const samples = groups.flatMap((group) => group.samples);
    metrics[sourceMetricName(source, 'accuracy')] = shareOf(samples, isCorrect);
    metrics[sourceMetricName(source, 'length')] = mean(samples.map(lengthOf));
    metrics[sourceMetricName(source, 'truncated-share')] = shareOf(samples, isTruncated);
    metrics[sourceMetricName(source, 'samples')] = samples.length;
  }
  const responses = judged.flatMap(({ group, samples }) =>
    samples.map(({ rollout }) => ({ family: group.prompt.source, entropies: rollout.entropies })),
  );
  for (const [source, { mean }] of entropyByFamily(responses)) metrics[sourceMetricName(source, 'entropy')] = mean;
}

/** What entropy control saw and did. */
export function entropyMetrics(kept: readonly KeptGroup[], coefficient: number, applied: number, settings: EntropySettings): Metrics {
  const rollouts = kept.flatMap(({ judged }) => judged.samples.map(({ rollout }) => rollout));
  const metrics: Metrics = {
    entropy: tokenMean(rollouts.map(({ entropies }) => entropies)),
    'entropy/estimate': 0 - tokenMean(rollouts.map(({ logProbabilities }) => logProbabilities)),
    'entropy/coefficient-applied': applied,
  };
  if (settings.mode !== 'off') metrics['entropy/coefficient'] = coefficient;
  return metrics;
}

/** What the optimizer steps did; means over several are weighted by their tokens. */
export function updateMetrics(kept: readonly KeptGroup[], update: UpdateReport): Metrics {
  const { steps, mismatch } = update;
  const tokens = steps.reduce((sum, step) => sum + step.loss.tokens, 0);
  const weighted = (value: (step: (typeof steps)[number]) => number) =>
    steps.reduce((sum, step) => sum + value(step) * step.loss.tokens, 0) / tokens;
  const metrics: Metrics = {
    'samples/trained': kept.reduce((sum, { judged }) => sum + judged.samples.length, 0),
    'tokens/trained': update.trainedTokens,
    'optimizer/steps': steps.filter((step) => step.refused === null).length,
    'learning-rate': steps.at(-1)!.learningRate,
    loss: weighted(({ loss }) => loss.loss),
    'loss/policy': weighted(({ loss }) => loss.policyLoss),
    'loss/entropy': weighted(({ loss }) => loss.entropyLoss),
    'policy-kl': weighted(({ loss }) => loss.approximateKl),
    'clipped-share': weighted(({ loss }) => loss.clipFraction),
    'advantage/scale': Math.sqrt(weighted(({ loss }) => loss.advantageScale ** 2)),
    'log-probability/scale': Math.sqrt(weighted(({ loss }) => loss.logProbabilityScale ** 2)),
    'ratio/max-deviation': mismatch.maxDeviation,
    'ratio/outside-share': mismatch.outsideShare,
    'mismatch-kl': mismatch.kl,
    'gradient/norm': mean(steps.map((step) => step.gradientNorm)),
    'gradient/norm-max': largest(steps.map((step) => step.gradientNorm)),
  };
  if (steps[0]!.loss.referenceKl !== null) {
    metrics['loss/kl'] = weighted(({ loss }) => loss.klLoss);
    metrics['reference-kl'] = weighted(({ loss }) => loss.referenceKl!);
  }
  if (steps[0]!.loss.importance !== null) {
    metrics['importance/mean'] = weighted(({ loss }) => loss.importance!.mean);
    metrics['importance/capped-share'] = weighted(({ loss }) => loss.importance!.cappedShare);
  }
  addSpread(
    metrics,
    'advantage',
    kept.flatMap(({ advantages }) => [...advantages]),
  );
  // A refused step may hold what is not finite; the event that names the refusal says so, and the metrics leave it out.
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
}
