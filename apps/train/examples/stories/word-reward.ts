import { defineReward } from '@or1/reward';

/** A story earns 1 when it holds the word that its record asks for, as a word of its own. */
export default defineReward(({ response, record }) => {
  const { ground_truth: word } = record.reward_model as { ground_truth: string };
  return new RegExp(`\\b${word}\\b`, 'i').test(response) ? 1 : 0;
});
