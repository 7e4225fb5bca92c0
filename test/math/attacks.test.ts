import { describe, expect, test } from 'bun:test';
import { verifyMath } from '@or1/reward/math';
import { ATTACKS } from './attacks.ts';

describe('responses that try to win without the answer', () => {
  test('there are at least sixty, each with a name of its own', () => {
    expect(ATTACKS.length).toBeGreaterThanOrEqual(60);
    expect(new Set(ATTACKS.map(({ name }) => name)).size).toBe(ATTACKS.length);
  });

  for (const { name, gold, response } of ATTACKS) {
    test(name, () => {
      const judgement = verifyMath(response, gold);
      expect(judgement.verdict, judgement.evidence).toBe('incorrect');
      // The gold itself is fine: stated plainly, it wins.
      expect(verifyMath(`The answer is $\\boxed{${gold}}$.`, gold).verdict).toBe('correct');
    });
  }
});
