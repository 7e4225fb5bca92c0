/**
 * Picks at most `limit` of the rows of a long curve, in order.
 *
 * The rows are cut into limit / 2 stretches, and of each stretch the row where `values` is smallest and the one where it is largest
 * stay. Every point drawn is thus one that was measured, and no peak or dip of `values` is lost. First and last row always stay.
 *
 * @param values what decides, one value a row; rows without a value (null) stay only when their stretch has no value at all
 * @param limit at least 4
 * @returns ascending row numbers; all of them when there are no more than `limit`
 */
export function pickRows(values: readonly (number | null)[], limit: number): number[] {
  const rows = values.length;
  if (rows <= limit) return Array.from({ length: rows }, (_, row) => row);
  const stretches = Math.floor((limit - 2) / 2);
  const picked = new Set([0, rows - 1]);
  for (let stretch = 0; stretch < stretches; stretch += 1) {
    const start = 1 + Math.floor((stretch * (rows - 2)) / stretches);
    const end = 1 + Math.floor(((stretch + 1) * (rows - 2)) / stretches);
    let lowest = start;
    let highest = start;
    for (let row = start; row < end; row += 1) {
      const value = values[row] ?? null;
      if (value === null) continue;
      const low = values[lowest] ?? null;
      const high = values[highest] ?? null;
      if (low === null || value < low) lowest = row;
      if (high === null || value > high) highest = row;
    }
    picked.add(lowest).add(highest);
  }
  return [...picked].sort((left, right) => left - right);
}
