import { describe, expect, test } from 'bun:test';
import { BANDIT_STOP, BANDIT_VOCABULARY } from '../testing/bandit-policy.ts';
import { banditVerifier, createBanditRun } from '../testing/bandit-run.ts';
import { evaluate, evaluationProblems } from './evaluate.ts';

const settings = { samples: 4, temperature: 1, contextLength: 3, seed: 1, judgeTruncated: false };

/** Logits under which prompt p answers letter p mod 5 and stops; prompts of `wrong` answer the next letter. */
function sureLogits(prompts: number, wrong: readonly number[]): Float32Array {
  const logits = new Float32Array(prompts * 3 * BANDIT_VOCABULARY);
  for (let prompt = 0; prompt < prompts; prompt++) {
    const letter = (prompt + (wrong.includes(prompt) ? 1 : 0)) % 5;
    for (let position = 0; position < 3; position++) {
      logits[(prompt * 3 + position) * BANDIT_VOCABULARY + (position === 0 ? letter : BANDIT_STOP)] = 100;
    }
  }
  return logits;
}

describe('evaluation', () => {
  test('a policy that is sure is right or wrong as a whole, by source too', async () => {
    const { parts } = createBanditRun({}, { logits: sureLogits(8, [1, 3]) });
    const problems = evaluationProblems(parts.heldOut, 8, parts.policy);
    const { result } = await evaluate(parts.policy, parts.verifier, problems, settings);
    expect(result).toMatchObject({
      avg: 0.75,
      pass: 0.75,
      majority: 0.75,
      k: 4,
      n: 8,
      mean_length: 2,
      truncated_share: 0,
      dropped_samples: 0,
    });
    expect(result.by_source).toMatchObject({ even: { avg: 1, n: 4 }, odd: { avg: 0.5, n: 4 } });
    expect(result.ci95[0]).toBeLessThan(0.75);
    expect(result.ci95[1]).toBeGreaterThan(0.75);
    expect(result.entropy).toBeCloseTo(0, 6);
  });

  test('responses cut off at T are wrong and counted', async () => {
    const { parts } = createBanditRun({}, { logits: sureLogits(8, []) });
    const problems = evaluationProblems(parts.heldOut, 8, parts.policy);
    const { result } = await evaluate(parts.policy, parts.verifier, problems, { ...settings, contextLength: 1 });
    expect(result).toMatchObject({ avg: 0, truncated_share: 1, mean_length: 1 });
  });

  test('draws the same problems and the same samples every time, and other samples for another seed', async () => {
    const { parts } = createBanditRun();
    const ids = (count: number) => evaluationProblems(parts.heldOut, count, parts.policy).map(({ id }) => id);
    expect(ids(5)).toEqual(ids(8).slice(0, 5));
    expect(new Set(ids(100)).size).toBe(8);
    const texts = async (seed: number) => {
      const problems = evaluationProblems(parts.heldOut, 8, parts.policy);
      const { groups } = await evaluate(parts.policy, parts.verifier, problems, { ...settings, seed });
      return groups.flatMap(({ samples }) => samples.map(({ text }) => text));
    };
    expect(await texts(1)).toEqual(await texts(1));
    expect(await texts(2)).not.toEqual(await texts(1));
  });

  test('a failing verifier and a faulty record count in no share and are told', async () => {
    const { parts } = createBanditRun({}, { logits: sureLogits(8, []) });
    const problems = evaluationProblems(parts.heldOut, 8, parts.policy);
    const { result, failures, unverifiable } = await evaluate(
      parts.policy,
      (input) => {
        if (input.prompt === '2') throw new Error('no connection');
        if (input.prompt === '5') return { verdict: 'unverifiable', reward: null, extracted: null, evidence: 'no gold', durationMs: 0 };
        return banditVerifier(input);
      },
      problems,
      settings,
    );
    expect(result).toMatchObject({ avg: 1, n: 6, dropped_samples: 4, unverifiable_problems: 1 });
    expect(failures.map(({ problem, sample }) => `${problem} ${sample}`)).toEqual([0, 1, 2, 3].map((sample) => `bandit:2 ${sample}`));
    expect(unverifiable).toEqual([{ problem: 'bandit:5', evidence: 'no gold' }]);
  });

  test('is an error when nothing could be judged', async () => {
    const { parts } = createBanditRun();
    const problems = evaluationProblems(parts.heldOut, 2, parts.policy);
    const broken = () => {
      throw new Error('no connection');
    };
    expect(evaluate(parts.policy, broken, problems, settings)).rejects.toThrow('none of 2 problems could be judged');
  });
});
