import { formatPoints, formatShare } from './format.ts';
import type { Evaluation, RunData } from './run-data.ts';

/** One temperature's held-out evaluations at both ends of a run. */
export interface BeforeAfter {
  readonly temperature: number;
  readonly base: Evaluation;
  /** The last evaluation after the base's; null while there is none. */
  readonly last: Evaluation | null;
}

/** Held-out evaluations before and after training, the highest temperature first. */
export function beforeAfter(evaluations: readonly Evaluation[]): BeforeAfter[] {
  const temperatures = [...new Set(evaluations.map(({ temperature }) => temperature))].sort((left, right) => right - left);
  return temperatures.flatMap((temperature) => {
    const same = evaluations.filter((evaluation) => evaluation.temperature === temperature);
    const base = same[0];
    if (base === undefined) return [];
    const last = same.at(-1);
    return [{ temperature, base, last: last === undefined || last === base ? null : last }];
  });
}

/** The run's outcome in one plain sentence; says so where the intervals do not support a change. */
export function outcomeSentence({ run, summary, evaluations, steps }: RunData): string {
  const where = summary.finished
    ? `${run.totalSteps} steps`
    : `${steps.at(-1)?.step ?? 0} of ${run.totalSteps} steps (the run has not ended)`;
  if (run.kind === 'sft') return `Supervised fine-tuning, ${where}.`;
  const [main] = beforeAfter(evaluations);
  if (main === undefined) return `Reinforcement learning, ${where}. No held-out evaluation was made.`;
  const { base, last, temperature } = main;
  const interval = ({ score }: Evaluation) =>
    `${formatShare(score.average)} (95 % interval ${formatShare(score.low)} to ${formatShare(score.high)})`;
  if (last === null) return `Held-out accuracy at temperature ${temperature} before training: ${interval(base)}. Since then ${where}.`;
  const change = last.score.average - base.score.average;
  const apart = last.score.low > base.score.high || last.score.high < base.score.low;
  const verb = change > 0 ? 'rose' : change < 0 ? 'fell' : 'stayed';
  const verdict = apart ? '' : ' The intervals overlap: this alone does not show a change.';
  return (
    `In ${where}, held-out accuracy at temperature ${temperature} ${verb} from ${interval(base)} to ${interval(last)}, ` +
    `${formatPoints(change)} points, over ${last.score.problems} held-out problems.${verdict}`
  );
}
