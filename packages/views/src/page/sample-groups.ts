import type { RunSample } from '../run-data.ts';

/** All samples of one problem that a view shows together. */
export interface SampleGroup {
  readonly key: string;
  readonly problem: string;
  readonly family: string;
  readonly prompt: string;
  readonly samples: readonly RunSample[];
}

export type SampleView = 'held-out' | 'rollouts';

export const HELD_OUT_OUTCOMES = {
  any: 'any outcome',
  correct: 'right after training',
  incorrect: 'wrong after training',
  gained: 'became right',
  lost: 'became wrong',
} as const;

export const ROLLOUT_OUTCOMES = {
  any: 'any outcome',
  correct: 'all right',
  incorrect: 'all wrong',
  mixed: 'some right, some wrong',
} as const;

export type Outcome = keyof typeof HELD_OUT_OUTCOMES | keyof typeof ROLLOUT_OUTCOMES;

export interface SampleFilter {
  readonly view: SampleView;
  /** null: every family. */
  readonly family: string | null;
  readonly outcome: Outcome;
  /** Held-out samples only: the temperature to compare at. */
  readonly temperature: number | null;
  /** Rollouts only: the training step. */
  readonly step: number | null;
}

function isCorrect(samples: readonly RunSample[], moment: RunSample['moment']): boolean | null {
  const first = samples.find((sample) => sample.moment === moment);
  return first === undefined ? null : first.verdict === 'correct';
}

function hasOutcome({ samples }: SampleGroup, { view, outcome }: SampleFilter): boolean {
  if (outcome === 'any') return true;
  if (view === 'rollouts') {
    const correct = samples.filter(({ verdict }) => verdict === 'correct').length;
    if (outcome === 'correct') return correct === samples.length;
    if (outcome === 'incorrect') return correct === 0;
    return correct > 0 && correct < samples.length;
  }
  const before = isCorrect(samples, 'base');
  const after = isCorrect(samples, 'final');
  if (outcome === 'correct') return after === true;
  if (outcome === 'incorrect') return after === false;
  return outcome === 'gained' ? before === false && after === true : before === true && after === false;
}

/** The groups that a filter lets through, in the order of the samples. A held-out outcome is that of a problem's first sample. */
export function groupSamples(samples: readonly RunSample[], filter: SampleFilter): SampleGroup[] {
  const groups = new Map<string, SampleGroup & { samples: RunSample[] }>();
  for (const sample of samples) {
    if ((sample.moment === 'rollout') !== (filter.view === 'rollouts')) continue;
    if (filter.family !== null && sample.family !== filter.family) continue;
    if (filter.view === 'held-out' && filter.temperature !== null && sample.temperature !== filter.temperature) continue;
    if (filter.view === 'rollouts' && filter.step !== null && sample.step !== filter.step) continue;
    const key = filter.view === 'rollouts' ? `${sample.step} ${sample.problem}` : sample.problem;
    const group = groups.get(key) ?? { key, problem: sample.problem, family: sample.family, prompt: sample.prompt, samples: [] };
    group.samples.push(sample);
    groups.set(key, group);
  }
  return [...groups.values()].filter((group) => hasOutcome(group, filter));
}
