/**
 * Running sums of a stacked chart's series from the bottom up; a hidden series adds nothing, a gap counts as 0.
 *
 * @returns one row of sums for each series
 */
export function stack(series: readonly (readonly (number | null)[])[], shown: (index: number) => boolean): number[][] {
  const sums: number[][] = [];
  series.forEach((values, index) => {
    const below = sums[index - 1];
    sums.push(values.map((value, row) => (below?.[row] ?? 0) + (shown(index) ? (value ?? 0) : 0)));
  });
  return sums;
}
