import { expect, test } from 'bun:test';
import { controllerEntropy, entropyByFamily, tokenMean } from './entropy-estimates.ts';

const responses = [
  { family: 'sum', logProbabilities: Float32Array.of(-1), entropies: Float32Array.of(0.5) },
  { family: 'gcd', logProbabilities: Float32Array.of(-2, -3, -2), entropies: Float32Array.of(0.25, 0.25, 1) },
  { family: 'sum', logProbabilities: Float32Array.of(-4, 0), entropies: Float32Array.of(2, 0) },
];

test('means weigh responses by their tokens', () => {
  expect(tokenMean(responses.map((response) => response.entropies))).toBeCloseTo(4 / 6, 12);
  expect(() => tokenMean([])).toThrow('no tokens');
});

test('the controller is steered by exact entropies, in released mode by -mean(logp)', () => {
  expect(controllerEntropy('adaptive-paper', responses)).toBeCloseTo(4 / 6, 12);
  expect(controllerEntropy('adaptive-released', responses)).toBe(2);
});

test('by family', () => {
  const families = entropyByFamily([...responses, { family: 'empty', entropies: new Float32Array(0) }]);
  expect([...families]).toEqual([
    ['sum', { mean: 2.5 / 3, tokens: 3 }],
    ['gcd', { mean: 0.5, tokens: 3 }],
  ]);
});
