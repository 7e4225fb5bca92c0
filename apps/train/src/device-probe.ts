import type { Device } from '@or1/compute';

const ROWS = 256;
const WIDTH = 1024;
const WARM_UP_ROUNDS = 2;
const PROBE_MS = 200;

/** Rate of a product [256, 1024] · [1024, 1024], the shape of a small model's layers, in operations a second; takes a fifth of a second. */
export async function probeDevice(device: Device): Promise<number> {
  const values = WIDTH * WIDTH;
  const bytes = device.bytesFor('f32', values) + 2 * device.bytesFor('f32', ROWS * WIDTH) + device.matrixBytes(WIDTH, WIDTH, false);
  const arena = device.createArena('probe', bytes);
  try {
    const weights = arena.allocate('f32', values, 'weights');
    const x = arena.allocate('f32', ROWS * WIDTH, 'inputs');
    const out = arena.allocate('f32', ROWS * WIDTH, 'outputs');
    const matrix = device.createMatrix(arena, weights, WIDTH, WIDTH, false);
    device.refreshMatrices([matrix]);
    const round = async (products: number) => {
      for (let product = 0; product < products; product++) device.linear({ x, matrix, out, rows: ROWS });
      await device.flush();
    };
    for (let warmUp = 0; warmUp < WARM_UP_ROUNDS; warmUp++) await round(1);
    const start = performance.now();
    let products = 0;
    // More at once as it goes on: a GPU is only busy when it need not wait for the host.
    for (let batch = 1; performance.now() - start < PROBE_MS; batch = Math.min(2 * batch, 64)) {
      await round(batch);
      products += batch;
    }
    return (2 * products * ROWS * WIDTH * WIDTH) / ((performance.now() - start) / 1000);
  } finally {
    arena.release();
  }
}
