import { describe, expect, test } from 'bun:test';
import { resolveConfiguration } from './configuration/resolve.ts';
import { cpuMachine, estimateRun, gpuMachine, type ModelSize } from './estimate.ts';

const machine = cpuMachine(2);
const nano: ModelSize = { parameters: 992_640, plan: null };

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

  test('of memory is the plan where there is one, else what the parameters take', () => {
    const configuration = resolveConfiguration({ fallbackPreset: 'nano' });
    const { memory_bytes } = estimateRun(configuration, nano, machine);
    // Parameters 11.9 MB, optimizer 11.9 MB, measured on the WebAssembly device.
    expect(memory_bytes.parameters / 11.9e6).toBeCloseTo(1, 1);
    expect(memory_bytes.optimizer / 11.9e6).toBeCloseTo(1, 1);
    const bytes = { parameters: 1, optimizer: 2, rollout: 3, learner: 4 };
    const plan = { slots: 5, microBatchRows: 6, checkpointing: true, bytes, total: 10 };
    const planned = estimateRun(configuration, { ...nano, plan }, machine);
    expect(planned.memory_bytes).toEqual({ total: 10, ...bytes });
    expect(planned.assumptions.join()).toContain('memory.slots=5 memory.microBatchRows=6 memory.checkpointing=true');
  });

  test('scales with parameters and threads, and says what it rests on', () => {
    const configuration = resolveConfiguration({ preset: 'or1-7b', fallbackPreset: 'nano', assignments: ['eval.problems=30'] });
    const seven = estimateRun(configuration, { parameters: 7.6e9, plan: null }, machine);
    const half = estimateRun(configuration, { parameters: 3.8e9, plan: null }, machine);
    const wide = estimateRun(configuration, { parameters: 7.6e9, plan: null }, cpuMachine(8));
    expect(seven.time_s / half.time_s).toBeCloseTo(2, 9);
    expect(seven.time_s / wide.time_s).toBeCloseTo(4, 9);
    const gpu = estimateRun(configuration, { parameters: 7.6e9, plan: null }, gpuMachine(100e12));
    expect(gpu.time_s).toBeLessThan(seven.time_s / 50);
    expect(seven.memory_bytes.rollout).toBeNull();
    expect(seven.assumptions.join(' ')).toContain("model's shape is not known");
  });
});
