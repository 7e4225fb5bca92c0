/** Figures of several seeds in one cell: their mean, and the lowest and the highest where there are several. */
export function overSeeds(values: readonly (number | null)[], format: (value: number) => string): string {
  const present = values.filter((value) => value !== null);
  if (present.length === 0) return '–';
  const mean = format(present.reduce((a, b) => a + b, 0) / present.length);
  return present.length === 1 ? mean : `${mean} (${format(Math.min(...present))} to ${format(Math.max(...present))})`;
}
