import { expect, test } from 'bun:test';
import { flat, openNano, request, wasm } from './nano-rollouts.ts';

test('the same samples come out whatever the slots, the threads and the company', async () => {
  const one = await wasm(1);
  const alone = await openNano(one, { slots: 1 });
  const base = await alone.engine.generate(request(alone));
  expect(base.rollouts.length).toBe(28);
  for (const [threads, slots] of [
    [1, 3],
    [2, 28],
    [3, 11],
  ] as const) {
    const device = await wasm(threads);
    const nano = await openNano(device, { slots });
    const other = await nano.engine.generate(request(nano));
    for (const part of ['tokens', 'logProbabilities', 'entropies'] as const) expect(flat(other, part)).toEqual(flat(base, part));
    const single = request(nano);
    const few = await nano.engine.generate({ ...single, prompts: [single.prompts[4]!], samplesPerPrompt: 2 });
    few.rollouts.forEach((rollout, sample) => {
      const twin = base.rollouts.find((candidate) => candidate.prompt === 4 && candidate.sample === sample)!;
      expect([...rollout.tokens]).toEqual([...twin.tokens]);
      expect([...rollout.logProbabilities]).toEqual([...twin.logProbabilities]);
    });
    device.dispose();
  }
  one.dispose();
});

test('another seed, step or sample number gives other samples', async () => {
  const device = await wasm(2);
  const nano = await openNano(device, { slots: 28 });
  const base = flat(await nano.engine.generate(request(nano)), 'tokens');
  expect(flat(await nano.engine.generate(request(nano, { seed: 8 })), 'tokens')).not.toEqual(base);
  expect(flat(await nano.engine.generate(request(nano, { step: 4 })), 'tokens')).not.toEqual(base);
  expect(flat(await nano.engine.generate(request(nano)), 'tokens')).toEqual(base);
  device.dispose();
});
