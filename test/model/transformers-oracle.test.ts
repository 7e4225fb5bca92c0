/**
 * The network against transformers and PyTorch, through numbers recorded under test/oracles: log-probabilities and entropies, greedy
 * continuations, and the gradient of every parameter, on the reference device and on the CPU device.
 */
import { describe, expect, test } from 'bun:test';
import { createReferenceDevice, createWasmDevice, type Device } from '@or1/compute';
import { DeviceLearner } from '@or1/model';
import { LocalEngine } from '@or1/rollout';
import { loadModel, type Oracle, type Scoring, scoringModels, trainingGroups, trainingModels } from './oracle-files.ts';

const devices: { name: string; create: () => Promise<Device> }[] = [
  { name: 'reference', create: async () => createReferenceDevice() },
  { name: 'wasm', create: () => createWasmDevice({ threads: 2 }) },
];

/** Largest distance over the entries that the oracle scored. */
function worst(ours: Float32Array, theirs: readonly (number | null)[], skip: number): number {
  return theirs.slice(skip).reduce<number>((most, value, index) => Math.max(most, Math.abs(ours[index]! - value!)), 0);
}

function scored(record: Scoring, promptTokens: number) {
  const tokens = Uint32Array.from(record.tokens);
  return { prompt: tokens.slice(0, promptTokens), responses: [tokens.slice(promptTokens)] };
}

for (const { name, create } of devices) {
  for (const model of scoringModels) {
    // The larger model takes a minute in plain loops; the CPU device covers it.
    const slow = name === 'reference' && model.name === 'TinyStories-656K';
    describe.skipIf(!model.present || slow)(`${model.name} on ${name}`, () => {
      test('scores as transformers does', async () => {
        const device = await create();
        const network = await loadModel(device, model.folder);
        const oracle: Oracle = await model.oracle();
        const learner = new DeviceLearner(network, { microBatchRows: 256, trainable: false });
        for (const record of oracle.scoring) {
          const plain = await learner.score([scored(record, 1)], { temperature: 1, suppressTokens: [] });
          expect(worst(plain.logProbabilities, record.logProbabilities, 1)).toBeLessThan(2e-4);
          expect(worst(plain.entropies, record.entropies, 1)).toBeLessThan(2e-4);
          if (!record.barred) continue;
          const suppressTokens = network.config.generation.suppressTokens;
          const barred = await learner.score([scored(record, record.promptTokens!)], { temperature: 1, suppressTokens });
          expect(worst(barred.logProbabilities, record.barred.logProbabilities, record.promptTokens!)).toBeLessThan(2e-4);
        }
        device.dispose();
      });

      test('continues greedily as transformers does', async () => {
        const device = await create();
        const network = await loadModel(device, model.folder);
        const oracle: Oracle = await model.oracle();
        const engine = new LocalEngine(network, { slots: 4, promptSegments: 4, promptCapacity: 64, contextLength: 64 });
        const { rollouts } = await engine.generate({
          prompts: oracle.greedy.map(({ prompt }, key) => ({ tokens: Uint32Array.from(prompt), key })),
          samplesPerPrompt: 1,
          contextLength: 64,
          sampling: { temperature: 0, topK: 0, topP: 1, minP: 0 },
          stopTokens: [],
          suppressTokens: [],
          seed: 0,
          step: 0,
        });
        for (const [index, { continuation }] of oracle.greedy.entries()) expect([...rollouts[index]!.tokens]).toEqual([...continuation]);
        device.dispose();
      });
    });
  }

  for (const model of trainingModels) {
    test(`${model.name} on ${name}: every gradient as PyTorch's`, async () => {
      const device = await create();
      const network = await loadModel(device, model.folder);
      const { training } = await model.oracle();
      const learner = new DeviceLearner(network, { microBatchRows: 64, trainable: true });
      const { temperature, suppressTokens, weights } = training!;
      learner.zeroGradients();
      const scores = await learner.accumulate(
        trainingGroups(training!),
        { temperature, suppressTokens },
        { logProbability: Float32Array.from(weights.logProbability), entropy: Float32Array.from(weights.entropy) },
      );
      expect(worst(scores.logProbabilities, training!.scores.logProbabilities, 0)).toBeLessThan(2e-4);
      expect(worst(scores.entropies, training!.scores.entropies, 0)).toBeLessThan(2e-4);
      for (const [parameter, recorded] of Object.entries(training!.gradients)) {
        const gradient = await learner.gradients!.read(parameter);
        const indices = recorded.indices ?? recorded.values.map((_, index) => index);
        const scale = recorded.norm / Math.sqrt(gradient.length);
        indices.forEach((index, at) => {
          const expected = recorded.values[at]!;
          expect(Math.abs(gradient[index]! - expected) / Math.max(Math.abs(expected), scale), `${parameter}[${index}]`).toBeLessThan(1e-3);
        });
        const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
        expect(Math.abs(norm / recorded.norm - 1), parameter).toBeLessThan(1e-4);
      }
      device.dispose();
    });
  }
}
