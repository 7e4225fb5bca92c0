import type { JudgedResponse } from '@or1/optimizer';
import { type JudgedSample, type PromptGroup, VERIFIER_RETRIES } from './generate-and-judge.ts';

/** A group whose every sample has a reward. */
export interface JudgedGroup {
  readonly group: PromptGroup;
  readonly samples: readonly JudgedSample[];
  /** The same samples as the optimizer takes them. */
  readonly responses: readonly JudgedResponse[];
}

export interface SortedJudgements {
  readonly judged: readonly JudgedGroup[];
  readonly failures: readonly { readonly problem: string; readonly sample: number; readonly attempts: number; readonly evidence: string }[];
  readonly unverifiable: readonly { readonly problem: string; readonly evidence: string }[];
  /** Groups of which verifier failures left fewer than two responses where two or more were sampled. */
  readonly undersized: number;
}

/**
 * Sets aside what has no reward: a response whose verifier failed after every retry is dropped alone; a record that its verifier calls
 * unverifiable takes its whole group with it. A group left with one response of several is no group any more (its advantage would be
 * its own reward), so it is left out too.
 */
export function sortJudgements(groups: readonly PromptGroup[]): SortedJudgements {
  const judged: JudgedGroup[] = [];
  const failures: SortedJudgements['failures'][number][] = [];
  const unverifiable: SortedJudgements['unverifiable'][number][] = [];
  let undersized = 0;
  for (const group of groups) {
    for (const { rollout, judgement } of group.samples) {
      if (judgement.verdict !== 'infrastructure-error') continue;
      failures.push({ problem: group.prompt.id, sample: rollout.sample, attempts: VERIFIER_RETRIES + 1, evidence: judgement.evidence });
    }
    const fault = group.samples.find(({ judgement }) => judgement.verdict === 'unverifiable');
    if (fault) {
      unverifiable.push({ problem: group.prompt.id, evidence: fault.judgement.evidence });
      continue;
    }
    const samples = group.samples.filter(({ judgement }) => judgement.reward !== null);
    if (samples.length < Math.min(2, group.samples.length)) {
      undersized++;
      continue;
    }
    judged.push({ group, samples, responses: samples.map(toResponse) });
  }
  return { judged, failures, unverifiable, undersized };
}

function toResponse({ rollout, judgement }: JudgedSample): JudgedResponse {
  return {
    reward: judgement.reward!,
    correct: judgement.verdict === 'correct',
    truncated: rollout.finish === 'length',
    tokens: rollout.tokens.length,
  };
}
