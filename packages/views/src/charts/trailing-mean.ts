/** Mean of each value and up to `window - 1` values before it; gaps (null) count in no mean, and a window of gaps stays a gap. */
export function trailingMean(values: readonly (number | null)[], window: number): (number | null)[] {
  let sum = 0;
  let present = 0;
  return values.map((value, row) => {
    if (value !== null) {
      sum += value;
      present += 1;
    }
    const leaving = row >= window ? (values[row - window] ?? null) : null;
    if (leaving !== null) {
      sum -= leaving;
      present -= 1;
    }
    return present === 0 ? null : sum / present;
  });
}

/** Steps over which noisy curves are averaged: 5, and more for runs so long that 5 would still be noise on a screen. */
export function smoothingWindow(steps: number): number {
  return Math.max(5, Math.round(steps / 40));
}
