import type { RunSample } from './run-data.ts';

/** What a page holds at most. */
export interface SampleCaps {
  readonly heldOutProblems: number;
  readonly rolloutGroups: number;
  readonly samplesPerGroup: number;
  readonly responseCharacters: number;
  readonly evidenceCharacters: number;
  /** Tokens of a response up to which each token's figures are shown. */
  readonly tokenFigures: number;
}

/** What a page of its own holds, so that it stays a few megabytes whatever the run. */
export const SAMPLE_CAPS: SampleCaps = {
  heldOutProblems: 120,
  rolloutGroups: 60,
  samplesPerGroup: 4,
  responseCharacters: 6000,
  evidenceCharacters: 600,
  tokenFigures: 1200,
};

/** Keeps `cap` of the keys, spread evenly within each family in the order given, each family in proportion to its share. */
export function spread(keys: readonly { readonly key: string; readonly family: string }[], cap: number): Set<string> {
  if (keys.length <= cap) return new Set(keys.map(({ key }) => key));
  const byFamily = Map.groupBy(keys, ({ family }) => family);
  const ordered = [...byFamily.values()].flat();
  return new Set(Array.from({ length: cap }, (_, index) => ordered[Math.floor((index * ordered.length) / cap)]!.key));
}

function groupKey(sample: RunSample): string {
  return sample.moment === 'rollout' ? `rollout ${sample.step} ${sample.problem}` : `held-out ${sample.problem}`;
}

/** Cuts a long text in the middle: how a response begins and what it ends with are what a reader looks for. */
export function shorten(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const half = Math.floor(characters / 2);
  return `${text.slice(0, half)}\n[… ${text.length - 2 * half} characters left out …]\n${text.slice(-half)}`;
}

/** A sample with its long texts cut to what a page holds. */
export function shortenSample(sample: RunSample, { responseCharacters, evidenceCharacters }: SampleCaps): RunSample {
  return {
    ...sample,
    prompt: shorten(sample.prompt, responseCharacters),
    response: shorten(sample.response, responseCharacters),
    evidence: shorten(sample.evidence, evidenceCharacters),
  };
}

/** The samples that a page embeds and, where that is not all of them, sentences that say so. */
export function selectSamples(samples: readonly RunSample[], caps: SampleCaps = SAMPLE_CAPS): { samples: RunSample[]; notes: string[] } {
  const groups = new Map<string, RunSample>();
  for (const sample of samples) if (!groups.has(groupKey(sample))) groups.set(groupKey(sample), sample);
  const of = (rollout: boolean) =>
    [...groups].filter(([, { moment }]) => (moment === 'rollout') === rollout).map(([key, { family }]) => ({ key, family }));
  const heldOut = of(false);
  const rollouts = of(true);
  const kept = new Set([...spread(heldOut, caps.heldOutProblems), ...spread(rollouts, caps.rolloutGroups)]);
  const chosen = samples.filter((sample) => kept.has(groupKey(sample)) && sample.sample < caps.samplesPerGroup);
  const notes: string[] = [];
  if (heldOut.length > caps.heldOutProblems) {
    notes.push(`Of ${heldOut.length} held-out problems ${caps.heldOutProblems} are shown, evenly spread over each family.`);
  }
  if (rollouts.length > caps.rolloutGroups) {
    notes.push(`Of ${rollouts.length} rollout groups ${caps.rolloutGroups} are shown.`);
  }
  if (samples.some(({ sample }) => sample >= caps.samplesPerGroup)) {
    notes.push(`Of each prompt's samples the first ${caps.samplesPerGroup} are shown.`);
  }
  if (chosen.some(({ response, prompt }) => Math.max(response.length, prompt.length) > caps.responseCharacters)) {
    notes.push(`Texts over ${caps.responseCharacters} characters are cut in the middle.`);
  }
  return { samples: chosen, notes };
}
