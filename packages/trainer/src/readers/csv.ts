import type { ScalarRow } from './scalars.ts';

function cell(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line a row, one column a curve (RFC 4180); a value that a row does not have is an empty cell. */
export function scalarsToCsv(rows: readonly ScalarRow[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row.values)))];
  const lines = rows.map(({ step, values }) => [
    String(step),
    ...columns.map((column) => (column in values ? String(values[column]) : '')),
  ]);
  return [['step', ...columns], ...lines].map((cells) => `${cells.map(cell).join(',')}\n`).join('');
}
