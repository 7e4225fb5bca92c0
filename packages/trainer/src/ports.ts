/** What the trainer is handed: a policy, prompts, verifiers. It knows none of their makers. */
import type { Message, PromptSource } from '@or1/data';
import type { Learner } from '@or1/model';
import type { Verifier } from '@or1/reward';
import type { RolloutEngine } from '@or1/rollout';

export interface TextCodec {
  /** Tokens of a conversation up to where the answer begins. */
  encodePrompt(messages: readonly Message[]): Uint32Array;
  /** Text of response tokens, special tokens left out. */
  decode(tokens: Uint32Array): string;
}

/** Keeps and restores what training changes: the parameters, and the first and second moments of AdamW. */
export interface PolicyStore {
  /** Writes a Hugging Face folder into the existing folder `folder`, and the moments to `optimizer.safetensors` in `folder`/trainer. */
  save(folder: string): Promise<void>;
  /** Restores both from such a folder, bit for bit. */
  load(folder: string): Promise<void>;
}

/** A network that samples and learns; both see the same parameters. */
export interface Policy {
  readonly learner: Learner;
  readonly engine: RolloutEngine;
  readonly text: TextCodec;
  readonly stopTokens: readonly number[];
  readonly suppressTokens: readonly number[];
  /** The sampler's log-probabilities are the learner's bit for bit, so old log-probabilities need no pass of their own. */
  readonly exactSampler: boolean;
  readonly store: PolicyStore;
  /** One line about the device for people, and its threads. */
  readonly device: { readonly description: string; readonly threads: number };
}

/** Everything a training run works with. */
export interface TrainingParts {
  readonly policy: Policy;
  /** Opens the frozen reference policy; called once, and only when `kl.beta` > 0. */
  readonly openReference: () => Promise<Pick<Learner, 'score'>>;
  readonly source: PromptSource;
  /** Problems of the evaluations; never trained on. */
  readonly heldOut: PromptSource;
  readonly verifier: Verifier;
}

/** Where a run stands, for a live view. */
export type RunProgress =
  | {
      readonly phase: 'rollout' | 'evaluation';
      readonly finished: number;
      readonly total: number;
      readonly generatedTokens: number;
      readonly elapsedMs: number;
    }
  | { readonly phase: 'reward' | 'training' | 'checkpoint' };
