/** What the contract says about memory and order, on every device. */
import { afterAll, describe, expect, test } from 'bun:test';
import { availableDevices } from '@or1/compute/testing-host';

const devices = await Promise.all((await availableDevices()).map(async ({ name, create }) => ({ name, device: await create() })));

afterAll(() => {
  for (const { device } of devices) device.dispose();
});

for (const { name, device } of devices) {
  describe(`${name}:`, () => {
    test('an arena holds exactly what bytesFor, matrixBytes and cacheBytes said', () => {
      const sizes = [device.bytesFor('f32', 37), device.bytesFor('u32', 1), device.bytesFor('u16', 33)];
      const extra = device.matrixBytes(5, 7, true) + device.matrixBytes(5, 7, false) + device.cacheBytes(12, 3, 6);
      const bytes = sizes.reduce((sum, size) => sum + size, extra);
      const arena = device.createArena('planned', bytes);
      const values = arena.allocate('f32', 37, 'values');
      arena.allocate('u32', 1, 'word');
      arena.allocate('u16', 33, 'halves');
      device.createMatrix(arena, values, 5, 7, true);
      device.createMatrix(arena, values, 5, 7, false);
      device.createCache(arena, 12, 3, 6);
      expect(arena.used).toBe(bytes);
      expect(device.arenas()).toContainEqual({ name: 'planned', bytes, used: bytes });
      expect(() => arena.allocate('f32', 1, 'one more')).toThrow(RangeError);
      expect(() => arena.allocate('f32', 1, 'one more')).toThrow(/planned/);
      arena.release();
      expect(device.arenas().some((each) => each.name === 'planned')).toBe(false);
    });

    test('memory is zero when handed out, also where another arena was before', async () => {
      for (let round = 0; round < 3; round++) {
        const arena = device.createArena(`round ${round}`, device.bytesFor('f32', 1000));
        const buffer = arena.allocate('f32', 1000, 'values');
        const values = new Float32Array(1000);
        await device.read(buffer, values);
        expect(values.every((value) => value === 0)).toBe(true);
        device.write(buffer, values.fill(7));
        await device.flush();
        arena.release();
      }
    });

    test('slices share memory, and writes and kernels take effect in program order', async () => {
      const arena = device.createArena('order', 2 * device.bytesFor('f32', 8));
      const values = arena.allocate('f32', 8, 'values');
      const copy = arena.allocate('f32', 8, 'copy');
      device.write(values, Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8));
      device.copy(copy, values);
      device.write(values.slice(2, 4), Float32Array.of(30, 40), 1);
      device.add(copy.slice(0, 4), values.slice(4, 4));
      device.zero(values.slice(7, 1));
      const result = new Float32Array(8);
      await device.read(values, result);
      expect([...result]).toEqual([1, 2, 3, 30, 40, 6, 7, 0]);
      await device.read(copy, result);
      expect([...result]).toEqual([1 + 40, 2 + 6, 3 + 7, 4 + 8, 5, 6, 7, 8]);
      arena.release();
    });

    test('slices outside their buffer, transfers that do not fit and released memory are refused', async () => {
      const arena = device.createArena('refusals', device.bytesFor('f32', 4));
      const buffer = arena.allocate('f32', 4, 'values');
      expect(() => buffer.slice(2, 3)).toThrow(RangeError);
      expect(() => buffer.slice(-1, 2)).toThrow(RangeError);
      expect(() => device.write(buffer, new Float32Array(5))).toThrow(RangeError);
      expect(() => device.write(buffer, new Float32Array(2), 3)).toThrow(RangeError);
      await expect(device.read(buffer, new Float32Array(3))).rejects.toThrow(RangeError);
      arena.release();
      expect(() => device.write(buffer, new Float32Array(4))).toThrow(/refusals/);
      await expect(device.read(buffer, new Float32Array(4))).rejects.toThrow(/refusals/);
      expect(() => arena.allocate('f32', 1, 'late')).toThrow(/refusals/);
    });
  });
}
