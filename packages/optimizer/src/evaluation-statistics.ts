/** avg@k, pass@k and majority vote over questions with several samples each. */

/** One sampled answer to a question. */
export interface AnswerSample {
  readonly correct: boolean;
  /** What the verifier took as the answer, normalised by it; null when there is none. */
  readonly answer: string | null;
}

export interface EvaluationSummary {
  /** Questions. */
  readonly n: number;
  /** Samples a question. */
  readonly k: number;
  /** Mean over questions of the share of correct samples (the report's avg@k). */
  readonly avg: number;
  readonly ci95: readonly [number, number];
  /** Share of questions with at least one correct sample among k. */
  readonly pass: number;
  /** Mean majority score. */
  readonly majority: number;
}

const Z95 = 1.959963984540054;

/**
 * Unbiased pass@k of one question (Chen et al. 2021): 1 - C(n - c, k) / C(n, k), the chance that k of its n samples, drawn without
 * replacement, contain one of the c correct ones.
 *
 * @throws RangeError unless 1 <= k <= n and 0 <= c <= n.
 */
export function passAtK(samples: number, correct: number, k: number): number {
  if (!(k >= 1 && k <= samples)) throw new RangeError(`pass@${k} needs at least ${k} samples a question, there are ${samples}`);
  if (!(correct >= 0 && correct <= samples)) throw new RangeError(`${correct} correct of ${samples} samples`);
  let allWrong = 1;
  for (let draw = 0; draw < k; draw++) allWrong *= Math.max(0, samples - correct - draw) / (samples - draw);
  return 1 - allWrong;
}

/**
 * Score of the most frequent answer (0..1). Samples without an answer do not vote; no vote at all scores 0; tied answers score their
 * mean, which is what breaking ties at random gives on average.
 */
export function majorityScore(samples: readonly AnswerSample[]): number {
  const votes = new Map<string, { votes: number; correct: number }>();
  for (const { answer, correct } of samples) {
    if (answer === null) continue;
    const entry = votes.get(answer) ?? { votes: 0, correct: 0 };
    entry.votes++;
    if (correct) entry.correct++;
    votes.set(answer, entry);
  }
  const most = Math.max(0, ...[...votes.values()].map((entry) => entry.votes));
  const winners = [...votes.values()].filter((entry) => entry.votes === most);
  if (winners.length === 0) return 0;
  return winners.reduce((sum, entry) => sum + entry.correct / entry.votes, 0) / winners.length;
}

/**
 * 95 % confidence interval of avg@k: a Wilson score interval with an effective number of samples. Samples of one question are
 * correlated, so n * k independent trials would be too many and n too few; the effective number is p (1 - p) / s², with s² the squared
 * standard error of the mean of question means, kept between n and n * k (n where p is 0 or 1 and nothing can be estimated). With one
 * sample a question it is the plain Wilson interval. The questions count as a sample from the population of such questions.
 *
 * @param shares per question, the share of correct samples (0..1).
 * @throws RangeError when there are no questions.
 */
export function averageInterval(shares: readonly number[], k: number): [number, number] {
  const n = shares.length;
  if (n === 0) throw new RangeError('no questions to average over');
  const p = shares.reduce((sum, share) => sum + share, 0) / n;
  const variance = p * (1 - p);
  const squaredError = n === 1 ? 0 : shares.reduce((sum, share) => sum + (share - p) ** 2, 0) / (n * (n - 1));
  const estimated = variance === 0 || n === 1 ? n : variance / squaredError;
  const trials = Math.min(Math.max(estimated, n), n * k);
  const z2 = Z95 * Z95;
  const centre = (p + z2 / (2 * trials)) / (1 + z2 / trials);
  const half = (Z95 / (1 + z2 / trials)) * Math.sqrt(variance / trials + z2 / (4 * trials * trials));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

/**
 * Summary over questions. Where questions have different numbers of samples (some were lost), k is the smallest number and pass@k is
 * the unbiased estimate from what there is.
 *
 * @throws RangeError when there are no questions or a question has no samples.
 */
export function summarizeEvaluation(questions: readonly (readonly AnswerSample[])[]): EvaluationSummary {
  const n = questions.length;
  const empty = questions.findIndex((samples) => samples.length === 0);
  if (n === 0) throw new RangeError('no questions to evaluate');
  if (empty >= 0) throw new RangeError(`question ${empty} has no samples`);
  const k = questions.reduce((least, samples) => Math.min(least, samples.length), Number.POSITIVE_INFINITY);
  const mean = (score: (samples: readonly AnswerSample[]) => number) => questions.reduce((sum, samples) => sum + score(samples), 0) / n;
  const correctOf = (samples: readonly AnswerSample[]) => samples.filter((sample) => sample.correct).length;
  const shares = questions.map((samples) => correctOf(samples) / samples.length);
  return {
    n,
    k,
    avg: shares.reduce((sum, share) => sum + share, 0) / n,
    ci95: averageInterval(shares, k),
    pass: mean((samples) => passAtK(samples.length, correctOf(samples), k)),
    majority: mean(majorityScore),
  };
}
