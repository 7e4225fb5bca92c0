/**
 * out[r] = table[ids[r]]. Backward: tableGradient[ids[r]] += outGradient[r], in row order: rows of one id are linked to each other first,
 * and the first of them walks the links. A table above the binding limit is walked in parts.
 */
import type { GpuRuntime } from '../runtime/gpu-runtime.ts';
import { kernelVariants, read, whole, write } from '../runtime/kernel.ts';
import { gridArguments, linearIndex, spread } from '../runtime/workgroups.ts';
import type { Call } from './call.ts';

const THREADS = 256;
const LINK_THREADS = 64;

const gather = kernelVariants('embedding', (_: '') => ({
  bindings: [read('table'), read('ids', 'u32'), write('out')],
  parameters: whole('rows', 'width', 'firstId', 'idCount'),
  code: `
@compute @workgroup_size(${THREADS}) fn main(${gridArguments}) {
  let i = ${linearIndex(THREADS)};
  if (i >= params.rows * params.width) { return; }
  let id = ids[params.offset_ids + i / params.width] - params.firstId;
  if (id < params.idCount) { out[params.offset_out + i] = table[params.offset_table + id * params.width + i % params.width]; }
}`,
}));

/** links[r]: the next row with the id of row r, or the number of rows; its highest bit is set where an earlier row has that id. */
const link = kernelVariants('embedding links', (_: '') => ({
  bindings: [read('ids', 'u32'), write('links', 'u32')],
  parameters: whole('rows'),
  code: `
@compute @workgroup_size(${LINK_THREADS}) fn main(${gridArguments}) {
  let row = ${linearIndex(LINK_THREADS)};
  if (row >= params.rows) { return; }
  let id = ids[params.offset_ids + row];
  var next = row + 1u;
  while (next < params.rows && ids[params.offset_ids + next] != id) { next++; }
  var earlier = 0u;
  for (var before = row; before > 0u; before--) {
    if (ids[params.offset_ids + before - 1u] == id) {
      earlier = 0x80000000u;
      break;
    }
  }
  links[params.offset_links + row] = next | earlier;
}`,
}));

const scatter = kernelVariants('embedding backward', (_: '') => ({
  bindings: [write('tableGradient'), read('ids', 'u32'), read('links', 'u32'), read('outGradient')],
  parameters: whole('rows', 'width', 'firstId', 'idCount'),
  code: `
@compute @workgroup_size(${THREADS}) fn main(${gridArguments}) {
  let i = ${linearIndex(THREADS)};
  if (i >= params.rows * params.width) { return; }
  var row = i / params.width;
  let column = i % params.width;
  let id = ids[params.offset_ids + row] - params.firstId;
  if (id >= params.idCount || links[params.offset_links + row] >= 0x80000000u) { return; }
  let place = params.offset_tableGradient + id * params.width + column;
  var sum = tableGradient[place];
  while (row < params.rows) {
    sum += outGradient[params.offset_outGradient + row * params.width + column];
    row = links[params.offset_links + row] & 0x7fffffffu;
  }
  tableGradient[place] = sum;
}`,
}));

export function embedding(runtime: GpuRuntime, { table, ids, out, rows, width }: Call<'embedding'>): void {
  for (const [firstId, idCount] of runtime.rowRuns(Math.floor(table.length / width), 4 * width)) {
    for (const [start, count] of runtime.rowRuns(rows, 4 * width)) {
      const part = table.slice(firstId * width, idCount * width);
      const operands = [part, ids.slice(start, count), out.slice(start * width, count * width)];
      runtime.dispatch(gather(''), operands, [count, width, firstId, idCount], spread(Math.ceil((count * width) / THREADS)));
    }
  }
}

export function embeddingBackward(runtime: GpuRuntime, call: Call<'embeddingBackward'>): void {
  const { tableGradient, ids, outGradient, rows, width } = call;
  for (const [start, count] of runtime.rowRuns(rows, 4 * width)) {
    const part = { ids: ids.slice(start, count), outGradient: outGradient.slice(start * width, count * width) };
    const links = runtime.scratch('embedding links', 'u32', count);
    runtime.dispatch(link(''), [part.ids, links], [count], spread(Math.ceil(count / LINK_THREADS)));
    for (const [firstId, idCount] of runtime.rowRuns(Math.floor(tableGradient.length / width), 4 * width)) {
      const operands = [tableGradient.slice(firstId * width, idCount * width), part.ids, links, part.outGradient];
      runtime.dispatch(scatter(''), operands, [count, width, firstId, idCount], spread(Math.ceil((count * width) / THREADS)));
    }
  }
}
