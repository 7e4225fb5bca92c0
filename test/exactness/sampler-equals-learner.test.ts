import { expect, test } from 'bun:test';
import { flat, groupsOf, openNano, request, suppressTokens, wasm } from './nano-rollouts.ts';

for (const threads of [1, 2]) {
  for (const [slots, microBatchRows] of [
    [1, 128],
    [5, 300],
    [28, 4096],
  ] as const) {
    for (const temperature of [1, 0.6]) {
      test(`the learner's log-probabilities equal the sampler's bit for bit: ${threads} thread(s), ${slots} slots, ${microBatchRows} rows, temperature ${temperature}`, async () => {
        const device = await wasm(threads);
        const nano = await openNano(device, { slots, microBatchRows });
        const result = await nano.engine.generate(request(nano, { sampling: { temperature, topK: 0, topP: 1, minP: 0 } }));
        const scores = await nano.learner.score(groupsOf(nano, result), { temperature, suppressTokens });
        expect(scores.logProbabilities.length).toBeGreaterThan(500);
        expect([...scores.logProbabilities]).toEqual(flat(result, 'logProbabilities'));
        expect([...scores.entropies]).toEqual(flat(result, 'entropies'));
        device.dispose();
      });
    }
  }
}

test('a changed weight shows in the comparison', async () => {
  const device = await wasm(1);
  const nano = await openNano(device);
  const result = await nano.engine.generate(request(nano));
  const values = await nano.model.parameters.read('model.norm.weight');
  values[3]! *= 1.001;
  device.write(nano.model.parameters.slice('model.norm.weight'), values);
  const scores = await nano.learner.score(groupsOf(nano, result), { temperature: 1, suppressTokens });
  expect([...scores.logProbabilities]).not.toEqual(flat(result, 'logProbabilities'));
  device.dispose();
});
