import { describe, expect, test } from 'bun:test';
import { fuzz } from './fuzz.ts';

describe.skipIf(!process.env.OR1_SLOW)('the verifier under a long fuzz', () => {
  test(
    'three hundred thousand inputs',
    () => {
      expect(fuzz(300_000, 1).inputs).toBe(300_000);
    },
    { timeout: 600_000 },
  );
});
