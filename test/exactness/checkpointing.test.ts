/** Activation checkpointing changes memory and time, not one bit of a gradient. */
import { expect, test } from 'bun:test';
import { createReferenceDevice, createWasmDevice, type Device } from '@or1/compute';
import { DeviceLearner, learnerBytes } from '@or1/model';
import { loadModel, type OracleModel, trainingGroups, trainingModels } from '../model/oracle-files.ts';

async function gradientOf(device: Device, model: OracleModel, checkpointing: boolean, microBatchRows: number): Promise<Float64Array> {
  const network = await loadModel(device, model.folder);
  const settings = { microBatchRows, trainable: true, checkpointing };
  const learner = new DeviceLearner(network, settings);
  const training = (await model.oracle()).training!;
  const weights = {
    logProbability: Float32Array.from(training.weights.logProbability),
    entropy: Float32Array.from(training.weights.entropy),
  };
  learner.zeroGradients();
  await learner.accumulate(trainingGroups(training), training, weights);
  const all = new Float64Array(network.parameterCount);
  await device.read(learner.gradients!.all, all);
  // The estimate is what is allocated, so a plan made with it holds.
  expect(device.arenas().find(({ name }) => name === 'learner')!.used).toBeLessThanOrEqual(learnerBytes(network, settings));
  learner.release();
  network.release();
  return all;
}

for (const { name, create } of [
  { name: 'reference', create: async () => createReferenceDevice() },
  { name: 'wasm', create: () => createWasmDevice({ threads: 2 }) },
]) {
  for (const model of trainingModels) {
    test(`${model.name} on ${name}`, async () => {
      const device = await create();
      const whole = await gradientOf(device, model, false, 256);
      expect(whole.some((value) => value !== 0)).toBe(true);
      expect([...(await gradientOf(device, model, true, 256))]).toEqual([...whole]);
      device.dispose();
    });
  }
}

test('memory a row falls', async () => {
  const device = createReferenceDevice();
  const model = await loadModel(device, trainingModels[0]!.folder);
  const bytes = (checkpointing: boolean) => learnerBytes(model, { microBatchRows: 512, trainable: true, checkpointing });
  expect(bytes(true)).toBeLessThan(0.8 * bytes(false));
});
