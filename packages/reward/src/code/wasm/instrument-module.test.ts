import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { instrumentModule, PAGE_BYTES } from './instrument-module.ts';
import { ByteReader, encodeSigned, encodeUnsigned } from './leb128.ts';

/** Sections of a small module: imports sched_yield, one memory, a stack pointer, and the functions given as bodies. */
function buildModule(bodies: readonly (readonly number[])[], { memory = [0, 1], withImport = true } = {}): Uint8Array {
  const text = (value: string): number[] => [value.length, ...new TextEncoder().encode(value)];
  const section = (id: number, content: readonly number[]): number[] => [id, ...encodeUnsigned(content.length), ...content];
  const functionImport = [...text('wasi_snapshot_preview1'), ...text(withImport ? 'sched_yield' : 'other'), 0, 0];
  const code = bodies.flatMap((body) => [...encodeUnsigned(body.length + 1), 0, ...body]);
  const exported = bodies.flatMap((_, index) => [...text(`f${index}`), 0, index + 1]);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 0, 1, 0x7f]),
    ...section(2, [1, ...functionImport]),
    ...section(3, [bodies.length, ...bodies.map(() => 0)]),
    ...section(5, [1, ...memory]),
    ...section(6, [1, 0x7f, 1, 0x41, ...encodeSigned(1024), 0x0b]),
    ...section(7, [bodies.length + 2, ...exported, ...text('memory'), 2, 0, ...text('sp'), 3, 0]),
    ...section(10, [bodies.length, ...code]),
    ...section(0, [...text('name'), 1, 2, 3]),
  ]);
}

const ENDLESS = [0x03, 0x40, 0x0c, 0, 0x0b, 0x41, 7, 0x0b];
const SEVEN = [0x41, 7, 0x0b];
/** Grows memory by one page and returns memory.grow's result. */
const GROW = [0x41, 1, 0x40, 0, 0x0b];

function instantiate(
  bytes: Uint8Array<ArrayBuffer>,
  yieldCall: () => number,
): Record<string, CallableFunction> & { memory: WebAssembly.Memory; sp: WebAssembly.Global } {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { wasi_snapshot_preview1: { sched_yield: yieldCall } });
  return instance.exports as never;
}

describe('a rewritten module', () => {
  test('can be stopped inside an endless loop', () => {
    let calls = 0;
    const exports = instantiate(instrumentModule(buildModule([ENDLESS]), 4 * PAGE_BYTES, PAGE_BYTES), () => {
      calls += 1;
      if (calls === 3) throw new Error('stop');
      return 0;
    });
    expect(() => exports.f0!()).toThrow('stop');
    expect(calls).toBe(3);
  });

  test('does not ask where there is no loop, and gives the same result', () => {
    const exports = instantiate(instrumentModule(buildModule([SEVEN]), 4 * PAGE_BYTES, PAGE_BYTES), () => {
      throw new Error('asked');
    });
    expect(exports.f0!()).toBe(7);
  });

  test('cannot grow past its maximum, and its stack lies above its data', () => {
    const exports = instantiate(instrumentModule(buildModule([GROW]), 4 * PAGE_BYTES, PAGE_BYTES), () => 0);
    expect(exports.memory.buffer.byteLength).toBe(2 * PAGE_BYTES);
    expect(exports.sp.value).toBe(2 * PAGE_BYTES);
    expect([exports.f0!(), exports.f0!(), exports.f0!()]).toEqual([2, 3, -1]);
    expect(exports.memory.buffer.byteLength).toBe(4 * PAGE_BYTES);
  });
});

test('modules that could not be held are refused', () => {
  expect(() => instrumentModule(buildModule([SEVEN], { withImport: false }), PAGE_BYTES * 4, 0)).toThrow('does not import sched_yield');
  expect(() => instrumentModule(buildModule([SEVEN], { memory: [0, 9] }), PAGE_BYTES * 4, 0)).toThrow('below the interpreter');
  expect(() => instrumentModule(buildModule([[0xfd, 0x0c, 0x0b]]), PAGE_BYTES * 4, 0)).toThrow('unknown WebAssembly instruction 0xfd');
});

test('numbers are written as they are read', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (value) => {
      const reader = new ByteReader(Uint8Array.from(encodeUnsigned(value)));
      expect(reader.unsigned()).toBe(value);
      expect(reader.done).toBe(true);
    }),
  );
  // Written out by the rule of the format: -1 is one byte, 64 needs a second for its sign.
  expect([encodeSigned(-1), encodeSigned(63), encodeSigned(64), encodeSigned(-65)]).toEqual([[0x7f], [0x3f], [0xc0, 0], [0xbf, 0x7f]]);
});
