import type { Row } from './bench.ts';
import type { Comparison } from './compare.ts';
import type { BenchReport } from './report.ts';

/** Three significant digits below 1000, whole numbers with separators above. */
function figure(value: number | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? '' : `${Math.round(share * 100)} %`;
}

function cells(row: Row): Record<string, string> {
  return {
    shape: row.shape,
    value: figure(row.value),
    unit: row.unit,
    best: figure(row.best),
    spread: row.spread === undefined ? '' : `±${percent(row.spread / 2)}`,
    'of ceiling': percent(row.share_of_ceiling),
    peer: figure(row.peer),
    'x peer': figure(row.ratio_to_peer),
  };
}

/** Aligned columns; those that are empty throughout are left out. */
function columns(lines: readonly Record<string, string>[]): string {
  const titles = Object.keys(lines[0] ?? {}).filter((title) => lines.some((line) => line[title] !== ''));
  const widths = titles.map((title) => Math.max(title.length, ...lines.map((line) => line[title]!.length)));
  const isText = (title: string) => title === 'shape' || title === 'unit';
  const print = (texts: readonly string[]) =>
    texts
      .map((text, at) => (isText(titles[at]!) ? text.padEnd(widths[at]!) : text.padStart(widths[at]!)))
      .join('  ')
      .trimEnd();
  return [print(titles), ...lines.map((line) => print(titles.map((title) => line[title]!)))].join('\n');
}

/** The report as text: one block a benchmark, its peers and notes below it. */
export function formatReport({ machine, device, rows }: BenchReport): string {
  const { cpu, cores, load } = machine;
  const head = `${cpu}, ${cores} cores; ${device}; load ${load.start.toFixed(1)} before, ${load.end.toFixed(1)} after`;
  const blocks = [...new Set(rows.map(({ name }) => name))].map((name) => {
    const own = rows.filter((row) => row.name === name);
    const peers = [...new Set(own.flatMap(({ peer_name }) => peer_name ?? []))].map((peer) => `peer: ${peer}`);
    const notes = [...new Set(own.flatMap(({ note, shape }) => (note === undefined ? [] : [`${shape}: ${note}`])))];
    return [`# ${name}`, columns(own.map(cells)), ...peers, ...notes].join('\n');
  });
  return [head, ...blocks].join('\n\n');
}

export function formatComparison({ file, same_machine, compared, missing, regressions, improvements }: Comparison): string {
  const change = ({ name, shape, before, now, gain, tolerance, unit }: Comparison['regressions'][number]) =>
    `  ${name}: ${shape}: ${figure(before)} -> ${figure(now)} ${unit} (${gain > 0 ? '+' : ''}${percent(gain)}, noise ${percent(tolerance)})`;
  return [
    `Compared with ${file}: ${compared} rows, ${regressions.length} slower, ${improvements.length} faster beyond the noise.`,
    ...(same_machine ? [] : ['That file was written on another kind of machine: its figures say little about this one.']),
    ...(regressions.length > 0 ? ['Slower:', ...regressions.map(change)] : []),
    ...(improvements.length > 0 ? ['Faster:', ...improvements.map(change)] : []),
    ...(missing.length > 0 ? ['Not measured now:', ...missing.map((text) => `  ${text}`)] : []),
  ].join('\n');
}
