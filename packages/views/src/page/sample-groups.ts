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
  truncated: 'cut off after training',
} as const;

export const ROLLOUT_OUTCOMES = {
  any: 'any outcome',
  correct: 'all right',
  incorrect: 'all wrong',
  mixed: 'verdicts disagree',
  truncated: 'some cut off',
} as const;

export const ORDERS = {
  given: 'as in the run',
  entropy: 'highest entropy first',
} as const;

export type Order = keyof typeof ORDERS;

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
  readonly order: Order;
}

/** Mean entropy of a group's tokens in nats; -1 where no sample has token figures, so that such groups come last. */
export function groupEntropy({ samples }: SampleGroup): number {
  const entropies = samples.flatMap(({ tokens }) => tokens?.entropies ?? []);
  return entropies.length === 0 ? -1 : entropies.reduce((sum, entropy) => sum + entropy, 0) / entropies.length;
}

function isCorrect(samples: readonly RunSample[], moment: RunSample['moment']): boolean | null {
  const first = samples.find((sample) => sample.moment === moment);
  return first === undefined ? null : first.verdict === 'correct';
}

function hasOutcome({ samples }: SampleGroup, { view, outcome }: SampleFilter): boolean {
  if (outcome === 'any') return true;
  if (outcome === 'truncated') {
    return samples.some(({ finish, moment }) => finish === 'length' && (view === 'rollouts' || moment === 'final'));
  }
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

/** The groups that a filter lets through, in the order of the samples or of their entropy. A held-out outcome is that of a problem's first sample. */
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
  const shown = [...groups.values()].filter((group) => hasOutcome(group, filter));
  if (filter.order === 'given') return shown;
  const entropies = new Map(shown.map((group) => [group, groupEntropy(group)]));
  return shown.sort((left, right) => entropies.get(right)! - entropies.get(left)!);
}
