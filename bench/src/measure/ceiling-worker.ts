import { WasmDevice } from '@or1/compute';
import { ceilingContender, warmUpCeiling } from './ceiling.ts';
import { wallClock } from './interleave.ts';

declare const self: Worker;

// The handler stands before anything is awaited: a message that comes earlier would be lost.
const device = WasmDevice.create({ threads: 1 });

self.onmessage = async ({ data }: MessageEvent<{ milliseconds: number }>) => {
  const opened = await device;
  if (data.milliseconds === 0) await warmUpCeiling(opened);
  postMessage(data.milliseconds === 0 ? 0 : await ceilingContender(opened, data.milliseconds, wallClock)());
};
