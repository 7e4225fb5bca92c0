import { expect, test } from 'bun:test';
import { Chain } from './chains.ts';
import { WasmDevice } from './wasm-device.ts';

const ROWS = 10;

test('a chain takes commands whose rows keep to themselves', () => {
  const chain = new Chain();
  chain.begin(ROWS, [1000, 8, 2000, 16]);
  expect(chain.take(ROWS, [2000, 16, 3000, 4])).toBe(true);
  expect(chain.take(ROWS, [5000, -400])).toBe(true);
  expect(chain.take(ROWS, [1000, 8, 3000, 4])).toBe(true);
});

test('a chain refuses what would let one row see the memory of another', () => {
  const chain = new Chain();
  chain.begin(ROWS, [1000, 8, 5000, -400]);
  expect(chain.take(ROWS + 1, [9000, 8])).toBe(false);
  // The same memory with another row width, from another start, and as a whole.
  expect(chain.take(ROWS, [1000, 4])).toBe(false);
  expect(chain.take(ROWS, [1008, 8])).toBe(false);
  expect(chain.take(ROWS, [920, 9])).toBe(false);
  expect(chain.take(ROWS, [1079, -4])).toBe(false);
  expect(chain.take(ROWS, [5396, 4])).toBe(false);
  // Next to it, on both sides, is not in it; and what was refused left no trace.
  expect(chain.take(ROWS, [1080, 8, 960, 4])).toBe(true);
  chain.clear();
  expect(chain.take(ROWS, [9000, 8])).toBe(false);
});

test.each([1, 2, 5])('%d threads, some without a core: rows that read other rows wait for them', async (threads) => {
  const device = await WasmDevice.create({ threads });
  const [rows, width] = [97, 8];
  const arena = device.createArena('chains', 1 << 16);
  const buffer = (label: string, columns: number) => arena.allocate('f32', rows * columns, label);
  const [gateUp, first, second, third] = [buffer('gate and up', 2 * width), buffer('1', width), buffer('2', width), buffer('3', width)];
  const ids = arena.allocate('u32', rows, 'ids');
  device.write(
    ids,
    Uint32Array.from({ length: rows }, (_, row) => rows - 1 - row),
  );
  const result = new Float32Array(rows * width);
  for (let round = 0; round < 300; round++) {
    // A gate of 40 is its own sigmoid unit to the last bit, so that the expected numbers need no exponential.
    device.write(
      gateUp,
      Float32Array.from({ length: 2 * rows * width }, (_, at) => (at % (2 * width) < width ? 40 : round + Math.floor(at / (2 * width)))),
    );
    device.swiGlu({ gateUp, out: first, rows, width });
    device.embedding({ table: first, ids, out: second, rows, width });
    device.copy(third, second);
    device.add(third, first);
    device.add(third.slice(0, rows * width - width), second.slice(width, rows * width - width));
    await device.read(third, result);
    const value = (row: number) => 40 * (round + row);
    for (let row = 0; row < rows; row++) {
      const next = row + 1 < rows ? value(rows - 2 - row) : 0;
      const expected = value(rows - 1 - row) + value(row) + next;
      if (result[row * width + 3] !== expected) throw new Error(`round ${round}, row ${row}: ${result[row * width + 3]}, not ${expected}`);
    }
  }
  device.dispose();
});
