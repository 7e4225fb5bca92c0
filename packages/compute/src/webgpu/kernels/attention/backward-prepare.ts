/**
 * What the backward kernels need to know of rows and lines, worked out once.
 *
 * Row facts, ROW_FACTS words a row: its view of the cache, its slot, the first row of its family, and the last row that sees its token.
 * Line facts, two numbers a line: logSumExp, and the mean of the slopes Σ_t p_t dp_t, which equals out · dL/dout.
 */
import { type KernelSource, read, write } from '../../runtime/kernel.ts';
import { attentionFunctions, attentionKernel } from './functions.ts';
import { loadVector } from './plain-shape.ts';

export const ROW_FACTS = 8;
export const PREPARE_THREADS = 64;

const FACTS = ['prefixStart', 'prefixLength', 'ownStart', 'ownLength', 'slot', 'familyFirst', 'lastSeer'] as const;

/** WGSL for one fact of row `row`, read from the binding `rowFacts`. */
export function rowFact(fact: (typeof FACTS)[number], row: string): string {
  return `rowFacts[params.offset_rowFacts + (${row}) * ${ROW_FACTS}u + ${FACTS.indexOf(fact)}u]`;
}

/** Grid: [rows / PREPARE_THREADS, 1, 1]. */
export function rowFactsKernel(): KernelSource {
  const tables = ['prefixStart', 'prefixLength', 'ownStart', 'ownLength', 'slots', 'familyStart'];
  return attentionKernel({
    name: 'attention row facts',
    options: {},
    bindings: [...tables.map((name) => read(name, 'u32')), write('rowFacts', 'u32')],
    parameters: ['rows', 'families'],
    threads: PREPARE_THREADS,
    declarations: '',
    body: /* wgsl */ `
  let row = workgroup.x * ${PREPARE_THREADS}u + thread;
  if (row >= params.rows) { return; }
  // The family: the last that starts at or before the row.
  var low = 0u;
  var high = params.families;
  while (high - low > 1u) {
    let middle = (low + high) / 2u;
    if (familyStart[params.offset_familyStart + middle] <= row) { low = middle; } else { high = middle; }
  }
  // Families without rows share their start with the next one, so this is the one that holds the row.
  let familyFirst = familyStart[params.offset_familyStart + low];
  let familyEnd = familyStart[params.offset_familyStart + low + 1u];
  let own = ownLength[params.offset_ownLength + row];
  // A prefix token is seen to the end of the family, an own token to the end of its segment: the last row that starts where this one does.
  var last = familyEnd - 1u;
  if (own > 0u) {
    let segment = row + 1u - own;
    var seen = row;
    var unseen = familyEnd;
    while (unseen - seen > 1u) {
      let middle = (seen + unseen) / 2u;
      if (middle + 1u - ownLength[params.offset_ownLength + middle] == segment) { seen = middle; } else { unseen = middle; }
    }
    last = seen;
  }
  let base = params.offset_rowFacts + row * ${ROW_FACTS}u;
  rowFacts[base] = prefixStart[params.offset_prefixStart + row];
  rowFacts[base + 1u] = prefixLength[params.offset_prefixLength + row];
  rowFacts[base + 2u] = ownStart[params.offset_ownStart + row];
  rowFacts[base + 3u] = own;
  rowFacts[base + 4u] = slots[params.offset_slots + row];
  rowFacts[base + 5u] = familyFirst;
  rowFacts[base + 6u] = last;`,
  });
}

/** Grid: from `spread` over lines / PREPARE_THREADS. */
export function lineFactsKernel(headWidth: number): KernelSource {
  return attentionKernel({
    name: 'attention line facts',
    options: { headWidth },
    bindings: [read('out'), read('outGradient'), read('logSumExp'), write('lineFacts')],
    parameters: ['lines'],
    threads: PREPARE_THREADS,
    declarations: attentionFunctions(headWidth),
    body: /* wgsl */ `
  let line = (workgroup.x + workgroup.y * workgroups.x) * ${PREPARE_THREADS}u + thread;
  if (line >= params.lines) { return; }
  var mean = 0.0;
  for (var column = 0u; column < ${Math.ceil(headWidth / 4)}u; column++) {
    let base = line * ${headWidth}u;
    mean = dotOnto(mean, ${loadVector('out', headWidth, 'base', 'column')}, ${loadVector('outGradient', headWidth, 'base', 'column')});
  }
  lineFacts[params.offset_lineFacts + 2u * line] = logSumExp[params.offset_logSumExp + line];
  lineFacts[params.offset_lineFacts + 2u * line + 1u] = mean;`,
  });
}
