import type { CurationItem } from '@or1/data/curation';

/** A row of a real set, as it is or with one fault planted in it. */
export interface PlantedFault {
  readonly item: CurationItem;
  /** `null` for a row left as it is. */
  readonly fault: string | null;
}

/** Takes every `every`-th row for a fault, by turns, and leaves the others. A fault that a row has no place for is not planted. */
export function plantFaults(
  items: readonly CurationItem[],
  faults: Readonly<Record<string, (item: CurationItem, next: CurationItem) => CurationItem | null>>,
  every: number,
): readonly PlantedFault[] {
  const kinds = Object.entries(faults);
  return items.map((item, index) => {
    if (index % every !== 0) return { item, fault: null };
    const [fault, plant] = kinds[(index / every) % kinds.length]!;
    const planted = plant(item, items[(index + 1) % items.length]!);
    return planted === null ? { item, fault: null } : { item: planted, fault };
  });
}

const withTruth = (item: CurationItem, truth: unknown): CurationItem => {
  const ground_truth = JSON.stringify(truth);
  const record = { ...item.record, reward_model: { ...item.record.reward_model, ground_truth } };
  return { ...item, record, hash: `${item.hash} ${Bun.hash(ground_truth)}` };
};

/** Stated answers that the solution does not give. */
export const wrongAnswers = {
  'another whole number': (item: CurationItem) => changedAnswer(item, (answer) => String(Number(answer) + 1)),
  'digits in another order': (item: CurationItem) => changedAnswer(item, (answer) => answer.split('').reverse().join('')),
  'the sign lost or added': (item: CurationItem) =>
    changedAnswer(item, (answer) => (answer.startsWith('-') ? answer.slice(1) : `-${answer}`)),
  "another problem's answer": (item: CurationItem, next: CurationItem) => changedAnswer(item, () => answerOf(next)),
};

const answerOf = ({ record }: CurationItem): string => (JSON.parse(record.reward_model.ground_truth) as string[])[0]!;

function changedAnswer(item: CurationItem, change: (answer: string) => string): CurationItem | null {
  const answer = answerOf(item);
  const changed = change(answer);
  return Number.isNaN(Number(changed)) || Number(changed) === Number(answer) ? null : withTruth(item, [changed]);
}

interface CheckTruth {
  readonly entry_point: string;
  readonly import_prefix: string;
  readonly test_code: string;
}

const changedTests = (item: CurationItem, change: (code: string) => string | null): CurationItem | null => {
  const truth = JSON.parse(item.record.reward_model.ground_truth) as CheckTruth;
  const test_code = change(truth.test_code);
  return test_code === null || test_code === truth.test_code ? null : withTruth(item, { ...truth, test_code });
};

/** Suites of check functions that cannot be run, or test nothing, seen without running them. */
export const brokenSuites = {
  'no tests at all': (item: CurationItem) => changedTests(item, () => ''),
  'every assertion lost': (item: CurationItem) => changedTests(item, () => 'def check(candidate):\n    pass\n'),
  'all but one assertion lost': (item: CurationItem) => changedTests(item, (code) => code.split('\n').slice(0, 2).join('\n')),
  'cut off in the middle of a test': (item: CurationItem) => changedTests(item, (code) => code.slice(0, code.lastIndexOf('(') + 2)),
  'the head lost': (item: CurationItem) => changedTests(item, (code) => code.replace('def check(candidate):', '')),
  'never calls the program': (item: CurationItem) => changedTests(item, (code) => code.replaceAll(/assert candidate\(.*/g, 'assert True')),
};

/** Faults that show only when a reference solution is run. */
export const failingReferences = {
  "another problem's solution": (item: CurationItem, next: CurationItem): CurationItem => ({
    ...item,
    solutions: next.solutions,
    hash: `${item.hash} ${next.hash}`,
  }),
  'an expected value changed': (item: CurationItem) => changedTests(item, (code) => code.replace(/==\s*[^\n]+/, '== "no such value"')),
  'a solution cut off': (item: CurationItem): CurationItem => ({
    ...item,
    solutions: item.solutions.map((solution) => solution.slice(0, solution.lastIndexOf('return') + 3)),
    hash: `${item.hash} cut`,
  }),
};
