/**
 * The gradient of the whole network against central differences on the reference device (f64): for every parameter tensor, along its own
 * gradient and along a random direction. The loss mixes log-probabilities and entropies with weights of both signs.
 */
import { expect, test } from 'bun:test';
import { createReferenceDevice, randomWords } from '@or1/compute';
import { DeviceLearner } from '@or1/model';
import { loadModel, trainingGroups, trainingModels } from './oracle-files.ts';

const STEP = 1e-3;
/** Scores come back in f32: their rounding, divided by the step, is all that a vanishing gradient (a key's bias) may show. */
const ROUNDING = 2e-3;

function randomDirection(length: number, seed: number): Float64Array {
  const direction = Float64Array.from(
    { length },
    (_, token) => randomWords({ seed, step: 0, prompt: 0, sample: 0, token })[0] / 2 ** 31 - 1,
  );
  const norm = Math.hypot(...direction);
  return direction.map((value) => value / norm);
}

for (const model of trainingModels) {
  test(`${model.name}: the gradient of every tensor is the slope of the loss`, async () => {
    const device = createReferenceDevice();
    const network = await loadModel(device, model.folder);
    const { training } = await model.oracle();
    const { temperature, suppressTokens } = training!;
    const groups = trainingGroups(training!).slice(0, 2);
    const tokens = groups.reduce((sum, { responses }) => sum + responses.reduce((length, response) => length + response.length, 0), 0);
    const weights = {
      logProbability: Float32Array.from(training!.weights.logProbability.slice(0, tokens)),
      entropy: Float32Array.from(training!.weights.entropy.slice(0, tokens)),
    };
    const learner = new DeviceLearner(network, { microBatchRows: 128, trainable: true });
    learner.zeroGradients();
    await learner.accumulate(groups, { temperature, suppressTokens }, weights);

    const loss = async (): Promise<number> => {
      network.refresh();
      const { logProbabilities, entropies } = await learner.score(groups, { temperature, suppressTokens });
      return logProbabilities.reduce(
        (sum, value, index) => sum + weights.logProbability[index]! * value + weights.entropy[index]! * entropies[index]!,
        0,
      );
    };
    for (const [index, { name }] of network.parameters.layout.shapes.entries()) {
      const view = network.parameters.slice(name);
      const values = new Float64Array(view.length);
      await device.read(view, values);
      const gradient = new Float64Array(view.length);
      await device.read(learner.gradients!.slice(name), gradient);
      const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
      const along = gradient.map((value) => value / norm);
      for (const direction of [along, randomDirection(view.length, index)]) {
        const at = async (distance: number): Promise<number> => {
          device.write(
            view,
            values.map((value, element) => value + distance * direction[element]!),
          );
          return loss();
        };
        const slope = ((await at(STEP)) - (await at(-STEP))) / (2 * STEP);
        const expected = gradient.reduce((sum, value, element) => sum + value * direction[element]!, 0);
        expect(Math.abs(slope - expected), name).toBeLessThan(1e-3 * norm + ROUNDING);
      }
      device.write(view, values);
    }
  });
}
