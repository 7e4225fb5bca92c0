import type { Sampling } from '@or1/compute';
import { createJudge, type Judgement, type Verifier } from '@or1/reward';
import type { Rollout } from '@or1/rollout';
import { InterruptedError } from '../errors.ts';
import type { Policy, RunProgress } from '../ports.ts';
import type { PreparedPrompt } from './prompts.ts';

/** A sampled response with its text and what the verifier said of it. */
export interface JudgedSample {
  readonly rollout: Rollout;
  readonly text: string;
  readonly judgement: Judgement;
}

/** All samples of one prompt, in order. */
export interface PromptGroup {
  readonly prompt: PreparedPrompt;
  readonly samples: readonly JudgedSample[];
}

export interface GenerationSettings {
  readonly samplesPerPrompt: number;
  readonly contextLength: number;
  readonly sampling: Sampling;
  readonly seed: number;
  readonly step: number;
  readonly judgeTruncated: boolean;
  readonly phase: 'rollout' | 'evaluation';
}

export interface GeneratedGroups {
  readonly groups: readonly PromptGroup[];
  readonly promptTokens: number;
  readonly generatedTokens: number;
  readonly rolloutMs: number;
  /** What verification took after the last token; the rest of it overlapped generation. */
  readonly rewardMs: number;
}

export interface Watch {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: RunProgress) => void) | undefined;
}

/** Tries of one response before its verifier's failure drops it. */
export const VERIFIER_RETRIES = 1;

/**
 * Samples every prompt and judges each response as it ends, while others are still being generated. Random numbers are keyed by the
 * prompt's place in `prompts`, so the same call gives the same samples.
 *
 * @throws InterruptedError when the signal aborts; nothing was changed then.
 */
export async function generateAndJudge(
  policy: Policy,
  verifier: Verifier,
  prompts: readonly PreparedPrompt[],
  settings: GenerationSettings,
  watch: Watch = {},
): Promise<GeneratedGroups> {
  const { signal, onProgress } = watch;
  const judge = createJudge(verifier, {
    retries: VERIFIER_RETRIES,
    truncated: settings.judgeTruncated ? 'judge' : 'zero',
    ...(signal ? { signal } : {}),
  });
  const samples = prompts.map(() => new Array<JudgedSample | undefined>(settings.samplesPerPrompt));
  const pending: Promise<void>[] = [];
  const start = performance.now();

  const judgeRollout = async (rollout: Rollout) => {
    const prompt = prompts[rollout.prompt]!;
    requireFinite(rollout, prompt);
    const text = policy.text.decode(rollout.tokens);
    const judgement = await judge.judge({ prompt: prompt.text, response: text, finish: rollout.finish, record: prompt.record });
    samples[rollout.prompt]![rollout.sample] = { rollout, text, judgement };
  };

  try {
    const result = await policy.engine.generate({
      prompts: prompts.map((prompt, key) => ({ tokens: prompt.tokens, key })),
      samplesPerPrompt: settings.samplesPerPrompt,
      contextLength: settings.contextLength,
      sampling: settings.sampling,
      stopTokens: policy.stopTokens,
      suppressTokens: policy.suppressTokens,
      seed: settings.seed,
      step: settings.step,
      ...(signal ? { signal } : {}),
      onRollout: (rollout) => {
        const judged = judgeRollout(rollout);
        // Handled when awaited below; without this a cancelled judge would count as an unhandled rejection meanwhile.
        judged.catch(() => undefined);
        pending.push(judged);
      },
      ...(onProgress ? { onProgress: (progress) => onProgress({ phase: settings.phase, ...progress }) } : {}),
    });
    const generated = performance.now();
    onProgress?.({ phase: 'reward' });
    await Promise.all(pending);
    return {
      groups: prompts.map((prompt, index) => ({ prompt, samples: complete(samples[index]!, prompt) })),
      promptTokens: result.promptTokens,
      generatedTokens: result.generatedTokens,
      rolloutMs: generated - start,
      rewardMs: performance.now() - generated,
    };
  } catch (error) {
    if (signal?.aborted) throw new InterruptedError('interrupted while generating', { cause: error });
    throw error;
  }
}

/** @throws Error where the network's figures are no numbers; whatever was sampled then is noise. */
function requireFinite({ sample, logProbabilities }: Rollout, { id }: PreparedPrompt): void {
  const bad = logProbabilities.find((value) => !Number.isFinite(value));
  if (bad === undefined) return;
  throw new Error(
    `${id}, sample ${sample}: the model gives a token of its own a log-probability of ${bad}; its weights are damaged, or training has diverged (go back to an earlier checkpoint and lower learningRate)`,
  );
}

function complete(samples: readonly (JudgedSample | undefined)[], prompt: PreparedPrompt): readonly JudgedSample[] {
  const missing = Array.from(samples).indexOf(undefined);
  if (missing >= 0) throw new Error(`the rollout engine returned no sample ${missing} of ${prompt.id}`);
  return samples as readonly JudgedSample[];
}
