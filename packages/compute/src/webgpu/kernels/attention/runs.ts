/**
 * Runs: consecutive rows whose keys lie in the same slots, so that one staged tile of keys serves them all. The tables say it row by
 * row; a workgroup finds the runs inside its rows itself, so that no host needs to know the layout.
 */

/** WGSL for table `name` of row `row`. */
export type TableReader = (name: 'prefixStart' | 'prefixLength' | 'ownStart' | 'ownLength', row: string) => string;

export const separateTables: TableReader = (name, row) => `${name}[params.offset_${name} + ${row}]`;

/** Helpers over a row's view: key t of the row's context lies in slot `slotOf(view, t)`. */
export function viewFunctions(read: TableReader): string {
  return /* wgsl */ `
struct View { prefix: u32, prefixLength: u32, own: u32, seen: u32 }
const NO_OWN = 0xffffffffu;

fn slotOf(view: View, key: u32) -> u32 {
  return select(view.own + key - view.prefixLength, view.prefix + key, key < view.prefixLength);
}

fn seenBy(row: u32) -> u32 {
  return ${read('prefixLength', 'row')} + ${read('ownLength', 'row')};
}

// A row that sees a prefix segment alone finds all its keys there, however many a later row of the segment sees.
fn viewOf(row: u32) -> View {
  let ownLength = ${read('ownLength', 'row')};
  let prefixLength = ${read('prefixLength', 'row')};
  return View(${read('prefixStart', 'row')}, select(prefixLength, NO_OWN, ownLength == 0u), ${read('ownStart', 'row')}, prefixLength + ownLength);
}

fn shareKeys(a: View, b: View) -> bool {
  let samePrefix = a.prefixLength == b.prefixLength && (a.prefixLength == 0u || a.prefix == b.prefix);
  return samePrefix && (a.prefixLength == NO_OWN || a.own == b.own);
}
`;
}

/** WGSL around \`body\`, which sees the run's \`first\` row, its \`count\` of rows and their \`view\` (seen: the most that a row of it sees). */
export function forEachRun(firstRow: string, endRow: string, body: string): string {
  return /* wgsl */ `
  var first = ${firstRow};
  loop {
    if (first >= ${endRow}) { break; }
    var view = viewOf(first);
    var count = 1u;
    loop {
      if (first + count >= ${endRow}) { break; }
      let next = viewOf(first + count);
      if (!shareKeys(view, next)) { break; }
      view.seen = max(view.seen, next.seen);
      count += 1u;
    }
    ${body}
    first += count;
  }`;
}
