/** out[r] = table[ids[r]]. Backward: tableGradient[ids[r]] += outGradient[r]. */
import type { Call } from './call.ts';
import { floats, words } from './memory.ts';

function tableRow(kernel: string, table: Float64Array, id: number, row: number, width: number): Float64Array {
  const tableRows = Math.floor(table.length / width);
  if (id >= tableRows) throw new RangeError(`${kernel}: ids[${row}] is ${id}, but the table has ${tableRows} rows`);
  return table.subarray(id * width, (id + 1) * width);
}

export function embedding({ table, ids, out, rows, width }: Call<'embedding'>): void {
  const tableValues = floats(table, 'embedding: table', width);
  const idValues = words(ids, 'embedding: ids', rows);
  const outValues = floats(out, 'embedding: out', rows * width);
  for (let row = 0; row < rows; row++) outValues.set(tableRow('embedding', tableValues, idValues[row]!, row, width), row * width);
}

export function embeddingBackward({ tableGradient, ids, outGradient, rows, width }: Call<'embeddingBackward'>): void {
  const sums = floats(tableGradient, 'embeddingBackward: tableGradient', width);
  const idValues = words(ids, 'embeddingBackward: ids', rows);
  const gradients = floats(outGradient, 'embeddingBackward: outGradient', rows * width);
  for (let row = 0; row < rows; row++) {
    const target = tableRow('embeddingBackward', sums, idValues[row]!, row, width);
    for (let column = 0; column < width; column++) target[column]! += gradients[row * width + column]!;
  }
}
