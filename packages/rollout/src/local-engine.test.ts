import { expect, test } from 'bun:test';
import { createReferenceDevice } from '@or1/compute';
import { LanguageModel, parameterShapes, parseModelConfig } from '@or1/model';
import { LocalEngine } from './local-engine.ts';
import type { GenerationRequest } from './types.ts';

const config = parseModelConfig(
  {
    model_type: 'llama',
    vocab_size: 11,
    hidden_size: 8,
    intermediate_size: 12,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    max_position_embeddings: 64,
    rms_norm_eps: 1e-6,
    tie_word_embeddings: true,
    eos_token_id: 2,
  },
  null,
);

async function engine(slots: number, blockTokens = 1): Promise<LocalEngine> {
  const lengths = new Map(parameterShapes(config).map(({ name, shape }) => [name, shape.reduce((product, size) => product * size, 1)]));
  const tensors = {
    read: async (name: string) => Float32Array.from({ length: lengths.get(name)! }, (_, index) => Math.sin(index * 7 + name.length)),
  };
  const model = await LanguageModel.create(createReferenceDevice(), config, tensors, { trainable: false });
  return new LocalEngine(model, { slots, promptSegments: 2, promptCapacity: 4, contextLength: 12, blockTokens });
}

function request(changes: Partial<GenerationRequest> = {}): GenerationRequest {
  return {
    prompts: [Uint32Array.of(1, 5), Uint32Array.of(1), Uint32Array.of(1, 3, 4)].map((tokens, key) => ({ tokens, key })),
    samplesPerPrompt: 3,
    contextLength: 12,
    sampling: { temperature: 1, topK: 0, topP: 1, minP: 0 },
    stopTokens: [2],
    suppressTokens: [0],
    seed: 4,
    step: 9,
    ...changes,
  };
}

test('responses come in order, end at a stop token or at T, and never hold a barred token', async () => {
  const handed: string[] = [];
  const progress: number[] = [];
  const result = await (await engine(4)).generate(
    request({
      onRollout: ({ prompt, sample }) => handed.push(`${prompt}/${sample}`),
      onProgress: ({ finished }) => progress.push(finished),
    }),
  );
  expect(result.rollouts.map(({ prompt, sample }) => [prompt, sample])).toEqual(
    [0, 1, 2].flatMap((prompt) => [0, 1, 2].map((sample) => [prompt, sample])),
  );
  expect(handed.toSorted()).toEqual(result.rollouts.map(({ prompt, sample }) => `${prompt}/${sample}`));
  expect(progress.at(-1)).toBe(9);
  expect(result.promptTokens).toBe(6);
  expect(result.generatedTokens).toBe(result.rollouts.reduce((sum, { tokens }) => sum + tokens.length, 0));
  for (const { tokens, logProbabilities, entropies, finish } of result.rollouts) {
    expect(tokens.includes(0)).toBe(false);
    expect(tokens.indexOf(2)).toBe(finish === 'stop' ? tokens.length - 1 : -1);
    if (finish === 'length') expect(tokens.length).toBe(12);
    expect(logProbabilities.length).toBe(tokens.length);
    for (const value of logProbabilities) expect(value).toBeLessThanOrEqual(0);
    for (const value of entropies) expect(value).toBeGreaterThan(0);
  }
});

test('the samples are the same whatever the block, the slots and the stop tokens', async () => {
  for (const stopTokens of [[2], [2, 5, 7], []]) {
    const { rollouts } = await (await engine(4)).generate(request({ stopTokens }));
    for (const blockTokens of [2, 4, 16]) {
      for (const slots of [1, 2, 9]) {
        const blocks = await (await engine(slots, blockTokens)).generate(request({ stopTokens }));
        expect(blocks.rollouts).toEqual(rollouts);
        expect(blocks.generatedTokens).toBe(rollouts.reduce((sum, { tokens }) => sum + tokens.length, 0));
      }
    }
  }
});

test('the host looks once a block', async () => {
  const progress: number[] = [];
  const one = request({ stopTokens: [], onProgress: ({ generatedTokens }) => progress.push(generatedTokens) });
  await (await engine(4, 5)).generate({ ...one, prompts: one.prompts.slice(0, 1) });
  expect(progress).toEqual([15, 30, 36]);
});

test('a block that cannot be read ends generation with its reason, and the engine can be used again', async () => {
  const made = await engine(2, 4);
  const { device } = made.model;
  const { read } = device;
  let reads = 0;
  device.read = async (source, target) => {
    if (++reads > 8) throw new Error('the device is gone');
    return read(source, target);
  };
  await expect(made.generate(request())).rejects.toThrow('the device is gone');
  device.read = read;
  expect((await made.generate(request())).rollouts).toEqual((await (await engine(4)).generate(request())).rollouts);
});

test('an aborted signal ends generation with its reason', async () => {
  for (const blockTokens of [1, 4]) {
    const controller = new AbortController();
    const pending = (await engine(2, blockTokens)).generate(
      request({ signal: controller.signal, onProgress: () => controller.abort(new Error('enough')) }),
    );
    await expect(pending).rejects.toThrow('enough');
  }
});

test('what does not fit is refused by name', async () => {
  const small = await engine(2);
  const long = { tokens: new Uint32Array(5), key: 0 };
  expect(small.generate(request({ prompts: [long] }))).rejects.toThrow('prompt 0 has 5 tokens; this engine was made for 4');
  expect(small.generate(request({ prompts: [{ tokens: new Uint32Array(0), key: 0 }] }))).rejects.toThrow('prompt 0 is empty');
  expect(small.generate(request({ contextLength: 13 }))).rejects.toThrow('context length of 13');
  expect(small.generate(request({ prompts: [{ tokens: new Uint32Array(2), key: -1 }] }))).rejects.toThrow('prompt 0 has the key -1');
  expect(small.generate(request({ suppressTokens: [11] }))).rejects.toThrow('suppressed token 11');
});
