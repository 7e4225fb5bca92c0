import { type Chart, formatNumber } from '@or1/views';
import { useMemo, useState } from 'preact/hooks';
import type { Baseline } from '../../server/kept-results.ts';
import { useLoaded, useSource } from '../hooks.ts';
import { Arrived, Notice, Scrolling, Title } from '../parts/basics.tsx';
import { ChartGrid } from '../parts/chart-figure.tsx';

type Row = Baseline['rows'][number];

const NO_STAGES: readonly never[] = [];

function labelOf({ machine, device, file }: Baseline): string {
  return `${file.replace(/\.json$/, '')}: ${machine.date.slice(0, 10)}, ${machine.cpu}, ${machine.cores} cores, ${device}`;
}

/** One benchmark over baselines of one device: the value at each of them, in the order in which they were taken. */
function historyChart(name: string, baselines: readonly Baseline[]): Chart | null {
  const measured = baselines.map(({ rows }) => rows.filter((row) => row.name === name));
  const shapes = [...new Set(measured.flat().map(({ shape, unit }) => `${shape} (${unit})`))];
  if (baselines.length < 2 || shapes.length === 0) return null;
  return {
    ...{ id: `history-${name}`, title: name, axis: 'as measured', kind: 'lines', format: 'number', range: [0, null] },
    howToRead: 'One point a saved baseline of this device, oldest first. Baselines of different machines are not compared.',
    xAxis: 'baseline',
    x: baselines.map((_, index) => index + 1),
    series: shapes.map((label, colour) => ({
      ...{ label, colour, style: 'points' },
      values: measured.map((rows) => rows.find(({ shape, unit }) => `${shape} (${unit})` === label)?.value ?? null),
    })),
  };
}

function percent(share: number | null | undefined): string {
  return share == null ? '–' : `${(share * 100).toFixed(0)} %`;
}

function RowLine({ row }: { readonly row: Row }) {
  return (
    <tr>
      <th scope="row">{row.name}</th>
      <td>{row.shape}</td>
      <td>
        {row.value === null ? '–' : formatNumber(row.value)} {row.unit}
      </td>
      <td>{percent(row.share_of_ceiling)}</td>
      <td>{row.ratio_to_peer == null ? '–' : `${row.ratio_to_peer.toFixed(2)}×`}</td>
    </tr>
  );
}

function Shown({ baselines }: { readonly baselines: readonly Baseline[] }) {
  const [file, setFile] = useState(baselines.at(-1)!.file);
  const chosen = baselines.find((one) => one.file === file) ?? baselines.at(-1)!;
  const charts = useMemo(() => {
    const same = baselines.filter(({ machine, device }) => machine.cpu === chosen.machine.cpu && device === chosen.device);
    const names = [...new Set(same.flatMap(({ rows }) => rows.map(({ name }) => name)))];
    return names.map((name) => historyChart(name, same)).filter((chart) => chart !== null);
  }, [baselines, chosen]);
  return (
    <>
      <label class="choice">
        <span>Baseline</span>
        <select value={chosen.file} onChange={(event) => setFile(event.currentTarget.value)}>
          {baselines.map((one) => (
            <option key={one.file} value={one.file}>
              {labelOf(one)}
            </option>
          ))}
        </select>
      </label>
      <ChartGrid charts={charts} stages={NO_STAGES} />
      <div class="panel">
        <h2>{labelOf(chosen)}</h2>
        <Scrolling label="Benchmark figures">
          <table>
            <thead>
              <tr>
                {['benchmark', 'shape', 'value', 'of the ceiling', 'to the peer'].map((head) => (
                  <th scope="col" key={head}>
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {chosen.rows.map((row) => (
                <RowLine key={`${row.name} ${row.shape} ${row.unit}`} row={row} />
              ))}
            </tbody>
          </table>
        </Scrolling>
      </div>
    </>
  );
}

/** Saved baselines of the benchmarks. */
export function BenchmarksView() {
  const source = useSource();
  const benchmarks = useLoaded(() => source.benchmarks(), [source]);
  return (
    <>
      <Title>Benchmarks</Title>
      <Arrived of={benchmarks}>
        {({ results, notes }) => (
          <>
            {notes.map((note) => (
              <Notice key={note}>{note}</Notice>
            ))}
            {results.length === 0 ? (
              <Notice>
                No baseline has been saved yet: <code>bun run bench --save FILE</code> writes one.
              </Notice>
            ) : (
              <Shown baselines={results} />
            )}
          </>
        )}
      </Arrived>
    </>
  );
}
