import { defineReward } from '@or1/reward';

/** A reward whose service is never there. */
export default defineReward(() => {
  throw new Error('connection refused');
});
