import { describe, expect, test } from 'bun:test';
import { createReferenceDevice } from './device.ts';

describe('arenas of the reference device', () => {
  test('book whole 64-byte lines in the sizes of an f32 device', () => {
    const device = createReferenceDevice();
    expect(device.bytesFor('f32', 0)).toBe(0);
    expect(device.bytesFor('f32', 1)).toBe(64);
    expect(device.bytesFor('f32', 16)).toBe(64);
    expect(device.bytesFor('u32', 17)).toBe(128);
    expect(device.bytesFor('u16', 33)).toBe(128);
    const arena = device.createArena('step', 192);
    arena.allocate('f32', 17, 'hidden');
    expect(device.arenas()).toEqual([{ name: 'step', bytes: 192, used: 128 }]);
    arena.allocate('u16', 32, 'bits');
    expect(arena.used).toBe(192);
  });

  test('refuse what does not fit, naming arena, buffer and sizes', () => {
    const arena = createReferenceDevice().createArena('step', 100);
    expect(() => arena.allocate('f32', 17, 'logits')).toThrow(new RangeError('arena "step" has 100 of 100 bytes left; "logits" needs 128'));
    expect(arena.used).toBe(0);
  });

  test('hand out zeros, and slices that share memory', async () => {
    const device = createReferenceDevice();
    const buffer = device.createArena('step', 64).allocate('f32', 6, 'values');
    device.write(buffer.slice(1, 4).slice(2, 2), new Float32Array([3, 4]));
    device.write(buffer, new Float64Array([0.1]), 5);
    const values = new Float64Array(6);
    await device.read(buffer, values);
    expect([...values]).toEqual([0, 0, 0, 3, 4, 0.1]);
    expect(() => buffer.slice(4, 3)).toThrow('slice of 3 from 4 lies outside "values" of 6 elements');
    expect(() => buffer.slice(-1, 2)).toThrow(RangeError);
  });

  test('refuse transfers of the wrong kind or size', async () => {
    const device = createReferenceDevice();
    const buffer = device.createArena('step', 64).allocate('f32', 4, 'values');
    expect(() => device.write(buffer, new Float32Array(5))).toThrow('5 elements at 0 do not fit in a buffer of 4');
    expect(() => device.write(buffer, new Float32Array(2), 3)).toThrow(RangeError);
    expect(() => device.write(buffer, new Uint32Array(4))).toThrow('a Uint32Array cannot hold f32 elements');
    await expect(device.read(buffer, new Float32Array(3))).rejects.toThrow('they must be equal');
    await expect(device.read(buffer, new Uint16Array(4))).rejects.toThrow(TypeError);
  });

  test('invalidate their buffers, slices, caches and matrices on release and on dispose', () => {
    const device = createReferenceDevice();
    const arena = device.createArena('weights', 1024);
    const other = device.createArena('other', 1024);
    const values = arena.allocate('f32', 6, 'projection');
    const view = values.slice(0, 2);
    const matrix = device.createMatrix(arena, values, 2, 3, true);
    const x = other.allocate('f32', 3, 'x');
    const out = other.allocate('f32', 2, 'out');
    device.linear({ x, matrix, out, rows: 1 });
    arena.release();
    expect(device.arenas().map(({ name }) => name)).toEqual(['other']);
    expect(() => device.zero(view)).toThrow('belongs to arena "weights", which was released');
    expect(() => device.linear({ x, matrix, out, rows: 1 })).toThrow('released');
    expect(() => arena.allocate('f32', 1, 'late')).toThrow('arena "weights" was released');
    device.dispose();
    expect(() => device.zero(out)).toThrow('released');
    expect(() => device.createArena('next', 64)).toThrow('disposed');
  });
});

describe('kernels of the reference device', () => {
  test('name the argument that is too short', () => {
    const device = createReferenceDevice();
    const arena = device.createArena('step', 1024);
    const x = arena.allocate('f32', 6, 'x');
    const weight = arena.allocate('f32', 3, 'weight');
    const out = arena.allocate('f32', 5, 'out');
    expect(() => device.rmsNorm({ x, weight, out, rows: 2, width: 3, epsilon: 0 })).toThrow('rmsNorm: out has 5 elements but needs 6');
  });

  test('refuse input gradients through a matrix that is not trainable', () => {
    const device = createReferenceDevice();
    const arena = device.createArena('step', 1024);
    const matrix = device.createMatrix(arena, arena.allocate('f32', 6, 'values'), 2, 3, false);
    const outGradient = arena.allocate('f32', 2, 'outGradient');
    const xGradient = arena.allocate('f32', 3, 'xGradient');
    expect(() => device.linearInputGradient({ outGradient, matrix, xGradient, rows: 1 })).toThrow('trainable = false');
  });

  test('refuse ids, targets and context out of range', () => {
    const device = createReferenceDevice();
    const arena = device.createArena('step', 4096);
    const floats = (length: number) => arena.allocate('f32', length, 'floats');
    const words = (...values: number[]) => {
      const buffer = arena.allocate('u32', values.length, 'words');
      device.write(buffer, Uint32Array.from(values));
      return buffer;
    };
    expect(() => device.embedding({ table: floats(6), ids: words(3), out: floats(2), rows: 1, width: 2 })).toThrow(
      'ids[0] is 3, but the table has 3 rows',
    );
    const cache = device.createCache(arena, 8, 1, 2);
    const attend = (prefixStart: number, prefixLength: number, ownStart: number, ownLength: number) =>
      device.attention({
        qkv: floats(6),
        cache,
        context: {
          prefixStart: words(prefixStart),
          prefixLength: words(prefixLength),
          ownStart: words(ownStart),
          ownLength: words(ownLength),
        },
        out: floats(2),
        rows: 1,
        queryHeads: 1,
      });
    expect(() => attend(0, 0, 0, 0)).toThrow('row 0 sees no token');
    expect(() => attend(2, 1, 0, 0)).toThrow('not a multiple of 4');
    expect(() => attend(0, 4, 4, 5)).toThrow('ends at slot 9; the cache has 8');
    expect(() => attend(0, 4, 4, 4)).not.toThrow();
  });
});
