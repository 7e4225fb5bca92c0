import { defineReward } from '@or1/reward';

/** Right when the last number in the response is the record's answer. */
export default defineReward(({ response, record }) => {
  const { ground_truth: answer } = record.reward_model as { ground_truth: string };
  const extracted = response.match(/-?\d+/g)?.at(-1) ?? null;
  return { verdict: extracted === answer ? 'correct' : 'incorrect', extracted, evidence: `wanted ${answer}` };
});
