/** zero: t = 0. copy: t = s. add: t += s. Both sides have one length. */
import type { DeviceBuffer } from '../device.ts';
import { floats, storageOf } from './memory.ts';

function checkSameLength(kernel: string, target: DeviceBuffer, source: DeviceBuffer): void {
  if (target.length !== source.length) {
    throw new RangeError(`${kernel}: target has ${target.length} elements and source ${source.length}; they must be equal`);
  }
}

export function zero(target: DeviceBuffer): void {
  storageOf(target, 'zero: target').fill(0);
}

export function copy(target: DeviceBuffer, source: DeviceBuffer): void {
  checkSameLength('copy', target, source);
  if (target.type !== source.type) throw new TypeError(`copy: target holds ${target.type} and source ${source.type}`);
  storageOf(target, 'copy: target').set(storageOf(source, 'copy: source'));
}

export function add(target: DeviceBuffer, source: DeviceBuffer): void {
  checkSameLength('add', target, source);
  const sums = floats(target, 'add: target', target.length);
  const terms = floats(source, 'add: source', target.length);
  for (let index = 0; index < sums.length; index++) sums[index]! += terms[index]!;
}
