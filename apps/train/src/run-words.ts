import type { LoadedFiles } from '@or1/trainer';

/** The present as part of a file name. */
export function timeStamp(): string {
  return new Date().toISOString().slice(0, 19).replaceAll(/[T:]/g, '-');
}

/** How many rows of the files are used, and why others are not. */
export function describeFiles({ paths, kept, rows, dropped, mappings }: LoadedFiles): string {
  const names = [...new Set(Object.values(mappings))].join(', ');
  const reasons = Object.entries(dropped).map(([reason, count]) => `${count} ${reason}`);
  return `${paths.join(', ')}: ${kept} of ${rows} rows (read as ${names})${reasons.length > 0 ? `; left out: ${reasons.join('; ')}` : ''}.`;
}
