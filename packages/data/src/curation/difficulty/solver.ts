import type { Message } from '../../record.ts';
import type { ChatEndpoint } from '../endpoint/chat-endpoint.ts';

/** A model that answers problems: our own rollout engine, or a server. */
export interface Solver {
  /** The name under which `model_difficulty` is stored. */
  readonly model: string;
  /** What decides its answers beside the settings: the weights' hash, or the server and the model's name. */
  readonly fingerprint: string;
  /** Answers to each problem, in the problems' order; `onAnswer` is told of each as it comes. */
  answer(request: SolverRequest): Promise<readonly Solved[]>;
}

export interface SolverRequest {
  readonly problems: readonly SolverProblem[];
  readonly samples: number;
  readonly temperature: number;
  readonly maxTokens: number;
  readonly signal: AbortSignal;
  readonly onAnswer: () => void;
}

export interface SolverProblem {
  /** Decides the random numbers of this problem, so that its answers do not depend on what else is asked. */
  readonly hash: string;
  readonly prompt: readonly Message[];
}

/** The answers to a problem, or why there are none: the model cannot read it, or something broke. */
export type Solved = { readonly answers: readonly SolverAnswer[] } | { readonly refused: string } | { readonly failed: string };

export interface SolverAnswer {
  readonly text: string;
  /** `length`: cut off at the most tokens allowed, which counts as wrong (report, section 2). */
  readonly finish: 'stop' | 'length';
}

/** A model behind an OpenAI-compatible server. */
export function endpointSolver(endpoint: Pick<ChatEndpoint, 'ask'>, model: string, url: string): Solver {
  return {
    model,
    fingerprint: `${url} ${model}`,
    answer: ({ problems, samples, temperature, maxTokens, signal, onAnswer }) =>
      Promise.all(
        problems.map(async ({ prompt }): Promise<Solved> => {
          const asked = await Promise.allSettled(
            Array.from({ length: samples }, async (_, sample) => {
              const answer = await endpoint.ask({ model, messages: prompt, temperature, maxTokens, sample }, signal);
              onAnswer();
              return answer;
            }),
          );
          signal.throwIfAborted();
          const lost = asked.find((result) => result.status === 'rejected');
          if (lost !== undefined) return { failed: lost.reason instanceof Error ? lost.reason.message : String(lost.reason) };
          return { answers: asked.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])) };
        }),
      ),
  };
}
