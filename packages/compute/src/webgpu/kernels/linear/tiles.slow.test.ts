/** Large tiles against small ones on SwiftShader, which takes seconds to compile them: the exact mode promises the same bits. */
import { describe, expect, test } from 'bun:test';
import { RandomSource } from '../../../testing/index.ts';
import { sharedGpuDevice } from '../../../testing-host/index.ts';
import { createWebgpuDevice } from '../../webgpu-device.ts';

const gpu = process.env.OR1_SLOW === undefined ? undefined : await sharedGpuDevice();

/** Sizes that take the largest tile, the medium one, and the deep one. */
const SIZES = [
  [1100, 964, 20],
  [1025, 1025, 21],
  [600, 960, 516],
  [160, 128, 520],
] as const;

describe.skipIf(gpu === undefined)('rows through large tiles have the bits that they have alone', () => {
  for (const [rows, outputs, inputs] of SIZES) {
    test(`${rows} rows through [${outputs}, ${inputs}]`, async () => {
      const device = await createWebgpuDevice(gpu!);
      const random = new RandomSource(`large tiles ${rows} ${outputs} ${inputs}`);
      const arena = device.createArena('large tiles', 2 ** 26);
      const upload = (length: number) => {
        const buffer = arena.allocate('f32', length, 'values');
        device.write(buffer, random.floats(length));
        return buffer;
      };
      const [x, values, bias, g] = [upload(rows * inputs), upload(outputs * inputs), upload(outputs), upload(rows * outputs)];
      const matrix = device.createMatrix(arena, values, outputs, inputs, true);
      const [out, xGradient] = [arena.allocate('f32', rows * outputs, 'out'), arena.allocate('f32', rows * inputs, 'xGradient')];
      const weightGradient = arena.allocate('f32', outputs * inputs, 'weightGradient');
      device.linear({ x, matrix, bias, out, rows });
      device.linearInputGradient({ outGradient: g, matrix, xGradient, rows });
      device.linearWeightGradient({ outGradient: g, x, weightGradient, rows, outputs, inputs });
      const read = async (buffer: typeof out) => {
        const target = new Float32Array(buffer.length);
        await device.read(buffer, target);
        return target;
      };
      const whole = [await read(out), await read(xGradient), await read(weightGradient)];
      const [one, oneGradient] = [arena.allocate('f32', outputs, 'one'), arena.allocate('f32', inputs, 'one gradient')];
      for (const row of [0, 17, rows - 1]) {
        device.linear({ x: x.slice(row * inputs, inputs), matrix, bias, out: one, rows: 1 });
        device.linearInputGradient({ outGradient: g.slice(row * outputs, outputs), matrix, xGradient: oneGradient, rows: 1 });
        expect(await read(one)).toEqual(whole[0]!.slice(row * outputs, (row + 1) * outputs));
        expect(await read(oneGradient)).toEqual(whole[1]!.slice(row * inputs, (row + 1) * inputs));
      }
      const again = arena.allocate('f32', outputs * inputs, 'weightGradient by rows');
      const half = rows >> 1;
      for (const [first, count] of [
        [0, half],
        [half, rows - half],
      ] as const) {
        device.linearWeightGradient({
          outGradient: g.slice(first * outputs, count * outputs),
          x: x.slice(first * inputs, count * inputs),
          weightGradient: again,
          rows: count,
          outputs,
          inputs,
        });
      }
      expect(await read(again)).toEqual(whole[2]!);
      arena.release();
    }, 120_000);
  }
});
