import { promptText } from '@or1/data';
import { openModelFolder, type Tokenizer, type TrainingGroup } from '@or1/model';
import { directoryFiles } from '@or1/model/node';
import { heldOutProblems } from '@or1/nano';
import type { GenerationPrompt, GenerationRequest, GenerationResult } from '@or1/rollout';

/** N and M of the nano preset. */
export const PROMPTS = 32;
export const SAMPLES = 8;

/** `count` problems of the default mixture, and their tokens. */
export async function nanoPrompts(folder: string, count: number, seed: number) {
  const { tokenizer } = await openModelFolder(directoryFiles(folder));
  const problems = heldOutProblems('mix', count, seed);
  const tokens = problems.map(({ record }) => (tokenizer as Tokenizer).encode(promptText(record), { addSpecialTokens: true }));
  return { problems, prompts: tokens.map((list, key): GenerationPrompt => ({ tokens: Uint32Array.from(list), key })) };
}

export interface RequestSizes {
  readonly samplesPerPrompt: number;
  readonly contextLength: number;
  readonly stopTokens: readonly number[];
  readonly suppressTokens: readonly number[];
  readonly seed: number;
  readonly step: number;
}

/** Sampling as in training: temperature 1, nothing filtered. */
export function generationRequest(prompts: readonly GenerationPrompt[], sizes: RequestSizes): GenerationRequest {
  return { prompts, sampling: { temperature: 1, topK: 0, topP: 1, minP: 0 }, ...sizes };
}

/** The groups that a generation made, as the learner takes them. */
export function groupsOf(prompts: readonly GenerationPrompt[], { rollouts }: GenerationResult): TrainingGroup[] {
  return prompts.map(({ tokens }, index) => ({
    prompt: tokens,
    responses: rollouts.filter(({ prompt }) => prompt === index).map((rollout) => rollout.tokens),
  }));
}
