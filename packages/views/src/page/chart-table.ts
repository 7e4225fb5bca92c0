import type { Chart } from '../charts/chart.ts';
import { pickRows } from '../charts/pick-rows.ts';
import { element } from './element.ts';
import { formatValue } from './value-format.ts';

const ROWS = 24;

/** A chart's numbers as a table, for those who cannot see the curves or want to copy them; rows with single measurements always stay. */
export function chartTable(chart: Chart): HTMLTableElement {
  const measured = chart.x.flatMap((_, row) =>
    chart.series.some(({ style, values }) => style === 'points' && values[row] != null) ? [row] : [],
  );
  const rows = [
    ...new Set([
      ...pickRows(
        chart.x.map(() => null),
        ROWS,
      ),
      ...measured,
    ]),
  ].sort((left, right) => left - right);
  return element(
    'table',
    {},
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...[chart.xAxis ?? 'step', ...chart.series.map(({ label }) => label)].map((text) => element('th', { scope: 'col' }, text)),
      ),
    ),
    element(
      'tbody',
      {},
      ...rows.map((row) =>
        element(
          'tr',
          {},
          element('th', { scope: 'row' }, String(chart.x[row])),
          ...chart.series.map(({ values, interval, band = interval }) => {
            const ends =
              band === undefined || band.low[row] == null
                ? ''
                : ` (${formatValue(band.low[row], chart.format)} to ${formatValue(band.high[row], chart.format)})`;
            return element('td', {}, `${formatValue(values[row], chart.format)}${ends}`);
          }),
        ),
      ),
    ),
  );
}
