import type { PromptSource } from '@or1/data';
import { type AnswerSample, summarizeEvaluation } from '@or1/optimizer';
import type { Verifier } from '@or1/reward';
import type { EvaluationResult, Score } from '../events/schema.ts';
import type { Policy } from '../ports.ts';
import { generateAndJudge, type JudgedSample, type PromptGroup, VERIFIER_RETRIES, type Watch } from '../step/generate-and-judge.ts';
import { type PreparedPrompt, preparePrompt } from '../step/prompts.ts';

/**
 * Every evaluation draws the same problems, whatever the run's seed, and gives sample j of problem i the same random numbers: what
 * differs between two evaluations is the policy.
 */
const PROBLEM_SEED = 0;
const SAMPLE_STEP = 0xffff_ffff;

/** The first `count` problems of a held-out source, or all where there are fewer. */
export function evaluationProblems(source: PromptSource, count: number, policy: Policy): readonly PreparedPrompt[] {
  const deck = source.deck({ seed: PROBLEM_SEED, stage: 0, excluded: new Set() });
  return Array.from({ length: Math.min(count, deck.size ?? count) }, (_, position) => preparePrompt(deck.at(position), policy.text));
}

export interface EvaluationSettings {
  readonly samples: number;
  readonly temperature: number;
  readonly contextLength: number;
  readonly seed: number;
  readonly judgeTruncated: boolean;
  /** Nucleus share; 1 (the report) is off. */
  readonly topP?: number;
}

export interface Evaluation {
  readonly result: Omit<EvaluationResult, 'samples'>;
  readonly groups: readonly PromptGroup[];
  readonly failures: readonly { readonly problem: string; readonly sample: number; readonly attempts: number; readonly evidence: string }[];
  readonly unverifiable: readonly { readonly problem: string; readonly evidence: string }[];
}

function scoreOf(problems: readonly (readonly JudgedSample[])[]): Score {
  const answers = problems.map((samples) =>
    samples.map(({ judgement }): AnswerSample => ({ correct: judgement.verdict === 'correct', answer: judgement.extracted })),
  );
  const { avg, pass, majority, k, n, ci95 } = summarizeEvaluation(answers);
  return { avg, pass, majority, k, n, ci95: [ci95[0], ci95[1]] };
}

function lengths(samples: readonly JudgedSample[]): { mean_length: number; truncated_share: number } {
  return {
    mean_length: samples.reduce((sum, { rollout }) => sum + rollout.tokens.length, 0) / samples.length,
    truncated_share: samples.filter(({ rollout }) => rollout.finish === 'length').length / samples.length,
  };
}

function meanEntropy(samples: readonly JudgedSample[]): number {
  let sum = 0;
  let tokens = 0;
  for (const { rollout } of samples) {
    for (const entropy of rollout.entropies) sum += entropy;
    tokens += rollout.tokens.length;
  }
  return tokens === 0 ? 0 : sum / tokens;
}

/**
 * Samples each problem k times at one temperature and scores it: avg@k, pass@k, majority vote and the 95 % interval of avg@k, over all
 * problems and by source. A sample whose verifier failed, and a problem whose record is at fault, count in no share; both are reported.
 *
 * @throws InterruptedError when the signal aborts; Error when no problem could be judged.
 */
export async function evaluate(
  policy: Policy,
  verifier: Verifier,
  problems: readonly PreparedPrompt[],
  settings: EvaluationSettings,
  watch: Watch = {},
): Promise<Evaluation> {
  const { groups, generatedTokens } = await generateAndJudge(
    policy,
    verifier,
    problems,
    {
      samplesPerPrompt: settings.samples,
      contextLength: settings.contextLength,
      sampling: { temperature: settings.temperature, topK: 0, topP: settings.topP ?? 1, minP: 0 },
      seed: settings.seed,
      step: SAMPLE_STEP,
      judgeTruncated: settings.judgeTruncated,
      phase: 'evaluation',
    },
    watch,
  );
  const judged: { source: string; samples: readonly JudgedSample[] }[] = [];
  const failures: Evaluation['failures'][number][] = [];
  const unverifiable: Evaluation['unverifiable'][number][] = [];
  for (const { prompt, samples } of groups) {
    const fault = samples.find(({ judgement }) => judgement.verdict === 'unverifiable');
    if (fault) unverifiable.push({ problem: prompt.id, evidence: fault.judgement.evidence });
    for (const { rollout, judgement } of samples) {
      if (judgement.verdict !== 'infrastructure-error') continue;
      failures.push({ problem: prompt.id, sample: rollout.sample, attempts: VERIFIER_RETRIES + 1, evidence: judgement.evidence });
    }
    const scored = samples.filter(({ judgement }) => judgement.reward !== null);
    if (!fault && scored.length > 0) judged.push({ source: prompt.source, samples: scored });
  }

  if (judged.length === 0) {
    const reason = failures[0] ?? unverifiable[0];
    throw new Error(
      `evaluation: none of ${problems.length} problems could be judged${reason ? `; ${reason.problem}: ${reason.evidence}` : ''}`,
    );
  }
  const bySource = [...Map.groupBy(judged, ({ source }) => source)].map(([source, entries]) => {
    const scored = entries.map((entry) => entry.samples);
    return [source, { ...scoreOf(scored), ...lengths(scored.flat()) }] as const;
  });
  const all = judged.flatMap(({ samples }) => samples);
  return {
    result: {
      temperature: settings.temperature,
      ...scoreOf(judged.map(({ samples }) => samples)),
      ...lengths(all),
      entropy: meanEntropy(all),
      dropped_samples: failures.length,
      unverifiable_problems: unverifiable.length,
      generated_tokens: generatedTokens,
      by_source: Object.fromEntries(bySource.sort(([a], [b]) => (a < b ? -1 : 1))),
    },
    groups,
    failures,
    unverifiable,
  };
}
