import { entropyOf, logProbabilityOf, type WrittenOptions, type WrittenResponse } from './written-loss.ts';

const VOCABULARY = 4;

/** Uniform numbers in [0, 1) from a seed, for tests. */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

/** Groups of different sizes, lengths and rewards (0, 0.5, 1) over a vocabulary of four; every log-probability is off from the others. */
export function randomGroups(seed: number): WrittenResponse[][] {
  const uniform = uniforms(seed);
  const below = (n: number) => Math.floor(uniform() * n);
  const between = (low: number, high: number) => low + uniform() * (high - low);
  return Array.from({ length: 2 + below(3) }, () =>
    Array.from({ length: 2 + below(3) }, () => ({
      reward: below(3) / 2,
      truncated: uniform() < 0.3,
      tokens: Array.from({ length: 1 + below(4) }, () => {
        const logits = Array.from({ length: VOCABULARY }, () => between(-2, 2));
        const action = below(VOCABULARY);
        const now = logProbabilityOf({ logits, action });
        return { logits, action, old: now + between(-0.6, 0.6), sampler: now + between(-0.6, 0.6), reference: now + between(-1, 1) };
      }),
    })),
  );
}

/** The same groups with `old` at the current policy: what a strictly on-policy step holds constant. */
export function onPolicy(groups: readonly (readonly WrittenResponse[])[]): WrittenResponse[][] {
  return groups.map((group) =>
    group.map((response) => ({ ...response, tokens: response.tokens.map((token) => ({ ...token, old: logProbabilityOf(token) })) })),
  );
}

/** True when a ratio lies so near a clip bound that the loss has a kink within the reach of finite differences. */
export function nearKink(groups: readonly (readonly WrittenResponse[])[], options: WrittenOptions): boolean {
  return groups.flat().some((response) =>
    response.tokens.some((token) => {
      const ratio = Math.exp(logProbabilityOf(token) - token.old);
      return Math.abs(ratio - 1 + options.clipLow) < 1e-3 || Math.abs(ratio - 1 - options.clipHigh) < 1e-3;
    }),
  );
}

/** What a learner would return for the groups. */
export function scoresOf(groups: readonly (readonly WrittenResponse[])[]): { logProbabilities: Float64Array; entropies: Float64Array } {
  const tokens = groups.flat().flatMap((response) => response.tokens);
  return {
    logProbabilities: Float64Array.from(tokens, logProbabilityOf),
    entropies: Float64Array.from(tokens, (token) => entropyOf(token.logits)),
  };
}
