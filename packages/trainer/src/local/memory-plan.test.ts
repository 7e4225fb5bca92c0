import { describe, expect, test } from 'bun:test';
import { createReferenceDevice, type Device, GpuError } from '@or1/compute';
import { DeviceLearner, LanguageModel, parameterShapes, parseModelConfig } from '@or1/model';
import { LocalEngine } from '@or1/rollout';
import { AUTOMATIC_MEMORY } from '../configuration/schema.ts';
import { engineSettings, planMemory, withMemoryAdvice } from './memory-plan.ts';

const config = parseModelConfig(
  { model_type: 'llama', vocab_size: 50, hidden_size: 16, intermediate_size: 48, num_hidden_layers: 6, num_attention_heads: 2 },
  null,
);
const size = { promptCapacity: 20, contextLength: 80, samplesPerPrompt: 4, trainable: true };

/** The reference device, holding so much. */
const holding = (bytes: number, kind: Device['kind'] = 'reference', bufferBytes = bytes): Device => ({
  ...createReferenceDevice(),
  kind,
  memory: { bytes, bufferBytes },
});
const plan = (device: Device, settings = {}) => planMemory(device, config, size, { ...AUTOMATIC_MEMORY, ...settings });

describe('a memory plan', () => {
  const roomy = plan(holding(Infinity));

  test('takes the usual sizes where there is room, and counts what is then allocated', async () => {
    expect(roomy).toMatchObject({ slots: 256, microBatchRows: 1024, checkpointing: false });
    expect(plan(holding(Infinity, 'webgpu'))).toMatchObject({ slots: 512, microBatchRows: 16384, checkpointing: false });
    const device = createReferenceDevice();
    const lengths = new Map(parameterShapes(config).map(({ name, shape }) => [name, shape.reduce((product, each) => product * each, 1)]));
    const tensors = { read: async (name: string) => new Float32Array(lengths.get(name)!) };
    const network = await LanguageModel.create(device, config, tensors, { trainable: true, positions: 100 });
    new DeviceLearner(network, { ...roomy, trainable: true });
    new LocalEngine(network, engineSettings(size, roomy.slots));
    const used = Object.fromEntries(device.arenas().map(({ name, bytes }) => [name, bytes]));
    expect(used).toEqual(roomy.bytes);
  });

  test('gives way in order: smaller micro-batches, then checkpointing, then fewer responses side by side', () => {
    const fixed = roomy.bytes.parameters + roomy.bytes.optimizer + roomy.bytes.rollout;
    const halved = plan(holding(roomy.total - 1));
    expect(halved).toMatchObject({ slots: 256, microBatchRows: 512, checkpointing: false });
    const smallest = plan(holding(Infinity), { microBatchRows: 108 });
    expect(plan(holding(smallest.total - 1))).toMatchObject({ slots: 256, checkpointing: true });
    const few = plan(holding(fixed));
    expect(few.slots).toBeLessThan(256);
    for (const { total } of [halved, few]) expect(total).toBeLessThan(roomy.total);
  });

  test('keeps what is asked for by name', () => {
    const asked = { slots: 3, microBatchRows: 200, checkpointing: true };
    expect(plan(holding(Infinity), asked)).toMatchObject(asked);
    expect(plan(holding(Infinity), { bytes: 8e6 }).total).toBeLessThanOrEqual(8e6);
    expect(() => plan(holding(Infinity), { microBatchRows: 100 })).toThrow(
      'memory.microBatchRows=100 holds no prompt with its response; give at least 108',
    );
  });

  test('says what would fit where nothing does', () => {
    const least = plan(holding(Infinity), { slots: 8, microBatchRows: 108, checkpointing: true }).total;
    expect(() => plan(holding(least - 1))).toThrow(
      /needs 2 MiB of 2 MiB even with memory.slots=8 .*; contextLength=80 promptLengthCap=16 with memory.slots=8 memory.microBatchRows=104 memory.checkpointing=true would fit/,
    );
    expect(() => plan(holding(1000))).toThrow('no shorter context fits either, take a smaller model');
    expect(() => plan(holding(Infinity, 'webgpu', 1000))).toThrow("the model's parameters take one buffer of 1 MiB");
  });

  test('memory that runs out at the start is told with smaller sizes', async () => {
    const device = holding(Infinity, 'webgpu');
    const failing = withMemoryAdvice(device, config, size, plan(device), async () => {
      throw new GpuError('out of GPU memory');
    });
    await expect(failing).rejects.toThrow(
      /^out of GPU memory; planned were \d+ MiB with memory.slots=512 .*; --set memory.slots=128 --set memory.microBatchRows=4096 --set memory.checkpointing=true takes \d+ MiB$/,
    );
  });
});
