import { describe, expect, test } from 'bun:test';
import { resolveConfiguration } from './configuration/resolve.ts';
import { estimateRun, type ModelSize } from './estimate.ts';

const machine = { threads: 2, slots: 256, microBatchRows: 1536 };
const nano: ModelSize = {
  parameters: 992_640,
  shape: { layers: 4, width: 128, feedForwardWidth: 512, queryWidth: 128, keyValueWidth: 64 },
};

describe('an estimate', () => {
  test('counts tokens from the stages', () => {
    const configuration = resolveConfiguration({
      fallbackPreset: 'nano',
      assignments: ['steps=5', 'reuse=2', 'promptsPerStep=32', 'samplesPerPrompt=8', 'contextLength=100'],
    });
    const { tokens } = estimateRun(configuration, nano, machine);
    expect(tokens.generated_at_most).toBe(32 * 8 * 5 * 100);
    expect(tokens.generated).toBeLessThan(tokens.generated_at_most);
    expect(tokens.trained).toBeLessThanOrEqual(2 * tokens.generated);
    const evaluated = resolveConfiguration({ fallbackPreset: 'nano', assignments: ['eval.problems=0'] });
    expect(estimateRun(evaluated, nano, machine).tokens.evaluation).toBe(0);
  });

  test('comes near the arenas that the nano preset was seen to take', () => {
    const { memory_bytes } = estimateRun(resolveConfiguration({ fallbackPreset: 'nano' }), nano, machine);
    // Parameters 11.9 MB, optimizer 11.9 MB, learner 82.0 MB, measured on the WebAssembly device.
    expect(memory_bytes.parameters / 11.9e6).toBeCloseTo(1, 1);
    expect(memory_bytes.optimizer / 11.9e6).toBeCloseTo(1, 1);
    expect(Math.abs(memory_bytes.learner! / 82e6 - 1)).toBeLessThan(0.2);
  });

  test('scales with parameters and threads, and says what it rests on', () => {
    const configuration = resolveConfiguration({ preset: 'or1-7b', fallbackPreset: 'nano', assignments: ['eval.problems=30'] });
    const seven = estimateRun(configuration, { parameters: 7.6e9, shape: null }, machine);
    const half = estimateRun(configuration, { parameters: 3.8e9, shape: null }, machine);
    const wide = estimateRun(configuration, { parameters: 7.6e9, shape: null }, { ...machine, threads: 8 });
    expect(seven.time_s / half.time_s).toBeCloseTo(2, 9);
    expect(seven.time_s / wide.time_s).toBeCloseTo(4, 9);
    expect(seven.memory_bytes.rollout).toBeNull();
    expect(seven.assumptions.join(' ')).toContain("model's shape is not known");
  });
});
