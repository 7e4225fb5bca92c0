import { defineReward } from '@or1/reward';

/**
 * Judges arithmetic by its answer, but fails on some responses, always the same ones: by its length a response makes it throw, never
 * answer, or return what is no number. Questions about a gcd it calls faulty.
 */
export default defineReward(
  ({ prompt, response, record }) => {
    if (prompt.startsWith('gcd')) return { verdict: 'unverifiable', evidence: 'nobody knows' };
    const rest = response.length % 8;
    if (rest === 0) throw new Error('the judge is away');
    if (rest === 1) return new Promise<number>(() => undefined);
    if (rest === 2) return Number.NaN;
    const { ground_truth: accepted } = record.reward_model as { ground_truth: readonly string[] };
    return accepted.some((answer) => response.endsWith(`[${answer}]`));
  },
  { timeoutMs: 40 },
);
