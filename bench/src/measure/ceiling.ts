import { WasmDevice } from '@or1/compute';
import { type Contender, processClock, repeated } from './interleave.ts';

/** Operations of one round of the ceiling kernel: twelve vectors of four, a multiply and an add each. */
const OPERATIONS_A_ROUND = 96;
const ROUNDS = 20_000;

/** The rate of 128-bit multiply and add on the calling thread, in operations a second of processor time. */
export function ceilingContender(device: WasmDevice, minimumMs: number, clock = processClock): Contender {
  return repeated(OPERATIONS_A_ROUND * ROUNDS, minimumMs, clock, (calls) => {
    for (let call = 0; call < calls; call++) device.multiplyAddCeiling(ROUNDS);
  });
}

/** The compilers of the host reach their last tier only after many calls; until then a kernel runs at a fraction of its rate. */
export async function warmUpCeiling(device: WasmDevice): Promise<void> {
  await repeated(1, 300, processClock, (calls) => {
    for (let call = 0; call < calls; call++) device.multiplyAddCeiling(1000);
  })();
}

/** The same on `threads` threads that run at the same time, each in a worker of its own: what the machine gives to all of them. */
export async function ceilingOfThreads(threads: number, milliseconds: number): Promise<number> {
  const workers = Array.from({ length: threads }, () => new Worker(new URL('ceiling-worker.ts', import.meta.url).href));
  try {
    const measure = (worker: Worker, forMs: number) =>
      new Promise<number>((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message: text }) => reject(new Error(`the ceiling's worker failed: ${text}`));
        worker.postMessage({ milliseconds: forMs });
      });
    await Promise.all(workers.map((worker) => measure(worker, 0)));
    const rates = await Promise.all(workers.map((worker) => measure(worker, milliseconds)));
    return rates.reduce((sum, rate) => sum + rate, 0);
  } finally {
    for (const worker of workers) worker.terminate();
  }
}

/** Opens a device for a measurement and closes it whatever happens. */
export async function withDevice<T>(threads: number, use: (device: WasmDevice) => Promise<T>): Promise<T> {
  const device = await WasmDevice.create({ threads });
  try {
    return await use(device);
  } finally {
    device.dispose();
  }
}
