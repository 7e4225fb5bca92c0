import { type Key, threefry } from './random.ts';

const ROUNDS = 12;

/**
 * A keyed permutation of 0..size-1 without a stored array: position in, index out. A Feistel network over two digits of radix `rows` and
 * `columns` (rows x columns >= size, addition in place of exclusive or, so any radix will do), walked until it lands inside
 * (Black and Rogaway, CT-RSA 2002). Sizes up to 2^32.
 */
export function permute(size: number, key: Key, position: number): number {
  if (!Number.isInteger(size) || size < 1 || size > 0x1_0000_0000) throw new RangeError(`permute: size ${size} is not in 1..2^32`);
  if (!Number.isInteger(position) || position < 0 || position >= size)
    throw new RangeError(`permute: position ${position} is not in 0..${size - 1}`);
  const rows = Math.ceil(Math.sqrt(size));
  const columns = Math.ceil(size / rows);
  let index = position;
  do {
    let row = Math.floor(index / columns);
    let column = index % columns;
    for (let round = 0; round < ROUNDS; round += 2) {
      row = (row + threefry(key, [column, round])[0]) % rows;
      column = (column + threefry(key, [row, round + 1])[0]) % columns;
    }
    index = row * columns + column;
  } while (index >= size);
  return index;
}
