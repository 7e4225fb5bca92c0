import { defineReward } from '@or1/reward';

let judged = 0;

/** Finite, but for the first response so large that its gradient is not. */
export default defineReward(({ response }) => {
  judged++;
  return judged === 1 ? 1e300 : response.length / 100;
});
