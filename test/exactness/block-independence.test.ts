import { expect, test } from 'bun:test';
import { openNano, request, wasm } from './nano-rollouts.ts';

test('tokens drawn in blocks without the host are those drawn one by one, bit for bit', async () => {
  const device = await wasm(2);
  const single = await openNano(device, { slots: 28 });
  const { rollouts } = await single.engine.generate(request(single));
  for (const [blockTokens, slots] of [
    [4, 28],
    [16, 9],
  ] as const) {
    const nano = await openNano(device, { slots, blockTokens });
    expect((await nano.engine.generate(request(nano))).rollouts).toEqual(rollouts);
  }
  device.dispose();
});
