import type { ArmRun } from './arm-run.ts';
import { bootstrapDifference, type Effect } from './bootstrap.ts';
import type { Experiment, Test } from './experiment.ts';
import { measureValues } from './measures.ts';

export type Outcome = 'reproduced' | 'not reproduced' | 'inconclusive';

export interface TestResult {
  readonly test: Test;
  readonly effect: Effect | null;
  readonly outcome: Outcome;
}

export interface Verdict {
  readonly outcome: Outcome;
  readonly tests: readonly TestResult[];
}

/** Fewer seeds than this decide nothing. */
const LEAST_SEEDS = 3;

/**
 * A difference is claimed: it is there when the whole interval lies beyond the margin, and is not when the interval excludes the
 * margin from below. That there is none is claimed: the interval must lie within the equivalence bounds, and refutes it outside.
 */
export function judgeTest(test: Test, effect: Effect): Outcome {
  const [low, high] = effect.interval;
  if (effect.seeds < LEAST_SEEDS) return 'inconclusive';
  if (test.equivalence !== undefined) {
    if (low > -test.equivalence && high < test.equivalence) return 'reproduced';
    return low > test.equivalence || high < -test.equivalence ? 'not reproduced' : 'inconclusive';
  }
  if (low > test.margin) return 'reproduced';
  return high < test.margin ? 'not reproduced' : 'inconclusive';
}

/** All tests must hold; one that fails decides. Arms without runs leave it open. */
export function judgeExperiment(experiment: Experiment, runs: ReadonlyMap<string, readonly ArmRun[]>): Verdict {
  const tests = experiment.tests.map((test): TestResult => {
    const [left, right] = [test.left, test.right].map((name) => runs.get(name) ?? []);
    const shared = left!.filter(({ seed }) => right!.some((run) => run.seed === seed)).map(({ seed }) => seed);
    const values = (arm: readonly ArmRun[]) => shared.map((seed) => measureValues(arm.find((run) => run.seed === seed)!, test.measure));
    const [leftValues, rightValues] = [values(left!), values(right!)];
    const measured = shared.length > 0 && [...leftValues, ...rightValues].every((list) => list.length > 0);
    const effect = measured ? bootstrapDifference(leftValues, rightValues) : null;
    return { test, effect, outcome: effect ? judgeTest(test, effect) : 'inconclusive' };
  });
  const outcomes = tests.map(({ outcome }) => outcome);
  const outcome = outcomes.includes('not reproduced')
    ? 'not reproduced'
    : outcomes.every((one) => one === 'reproduced')
      ? 'reproduced'
      : 'inconclusive';
  return { outcome, tests };
}
