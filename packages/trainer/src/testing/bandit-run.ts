import { type ProblemRecord, recordSource, type SourcedRecord } from '@or1/data';
import type { Verifier } from '@or1/reward';
import { resolveConfiguration } from '../configuration/resolve.ts';
import type { ConfigurationLayer, RunConfiguration } from '../configuration/schema.ts';
import { settleSteps } from '../configuration/stages.ts';
import type { TrainingParts } from '../ports.ts';
import { type BanditOptions, type BanditPolicy, createBanditPolicy } from './bandit-policy.ts';

/** Problem p is solved by a response that begins with letter p mod 5; two sources, so that per-source metrics have something to show. */
function banditRecords(prompts: number): readonly SourcedRecord[] {
  return Array.from({ length: prompts }, (_, prompt) => {
    const record: ProblemRecord = {
      data_source: prompt % 2 === 0 ? 'even' : 'odd',
      prompt: [{ role: 'user', content: String(prompt) }],
      ability: 'bandit',
      reward_model: { style: 'rule', ground_truth: String.fromCharCode(97 + (prompt % 5)) },
      extra_info: {},
    };
    return { id: `bandit:${prompt}`, record };
  });
}

export const banditVerifier: Verifier = ({ response, record }) => {
  const gold = (record.reward_model as { ground_truth: string }).ground_truth;
  const correct = response[0] === gold;
  return {
    verdict: correct ? 'correct' : 'incorrect',
    reward: correct ? 1 : 0,
    extracted: response[0] ?? null,
    evidence: `wanted ${gold}`,
    durationMs: 0,
  };
};

export interface BanditRun {
  readonly configuration: RunConfiguration;
  readonly parts: TrainingParts & { readonly policy: BanditPolicy };
}

/** A run small enough for a unit test: 8 prompts, 4 steps, two stages. */
export function createBanditRun(
  layer: ConfigurationLayer = {},
  options: Partial<BanditOptions> = {},
  verifier: Verifier = banditVerifier,
): BanditRun {
  const prompts = options.prompts ?? 8;
  const base: ConfigurationLayer = {
    model: 'bandit',
    seed: 7,
    steps: null,
    promptsPerStep: 4,
    samplesPerPrompt: 8,
    learningRate: 0.2,
    evalEvery: 2,
    checkpointEvery: 2,
    entropy: { mode: 'adaptive-paper', target: 1.5, delta: 0.01, min: 0, max: 0.05, coefficient: 0 },
    eval: { samples: 2, problems: 6, temperatures: [1, 0.6] },
    stages: [
      { steps: 2, contextLength: 2 },
      { steps: 2, contextLength: 4 },
    ],
  };
  const file = { path: 'bandit', layer: base };
  const configuration = resolveConfiguration({ fallbackPreset: 'nano', file, flags: layer });
  const source = recordSource('bandit', banditRecords(prompts));
  return {
    configuration: settleSteps(configuration, prompts),
    parts: {
      policy: createBanditPolicy({ prompts, ...options }),
      openReference: async () => createBanditPolicy({ prompts, ...options }).learner,
      source,
      heldOut: source,
      verifier,
    },
  };
}
