import uPlot from 'uplot';
import type { Chart, ChartSeries } from '../charts/chart.ts';
import type { StageMark } from '../stage-marks.ts';
import { intervals, stageLines } from './chart-marks.ts';
import { PALETTE_SIZE, seriesColour, themeColour } from './colours.ts';
import { stack } from './stack.ts';
import { formatTick, formatValue } from './value-format.ts';

const HEIGHT = 250;
const FONT = '12px system-ui, sans-serif';
const STEP_INCREMENTS = [1, 2, 5].flatMap((digit) => [0, 1, 2, 3, 4, 5, 6].map((power) => digit * 10 ** power)).sort((a, b) => a - b);

function lineStyle({ style, colour }: ChartSeries): Partial<uPlot.Series> {
  const repeats = colour === 'neutral' ? 0 : Math.floor(colour / PALETTE_SIZE);
  switch (style) {
    case 'line':
      return { width: 2, ...(repeats > 0 ? { dash: [6 / repeats, 4] } : {}) };
    case 'faint':
      return { width: 1, alpha: 0.4 };
    case 'target':
      return { width: 1.5, dash: [6, 5] };
    case 'points':
      return { width: 1, dash: [2, 4], spanGaps: true };
  }
}

function seriesOptions(chart: Chart): uPlot.Series[] {
  return chart.series.map((series): uPlot.Series => {
    const stroke = seriesColour(series.colour);
    const filled = chart.kind === 'stacked';
    return {
      label: series.label,
      stroke,
      ...lineStyle(series),
      ...(filled ? { fill: stroke.replace('rgb(', 'rgba(').replace(')', ', 0.55)'), width: 1 } : {}),
      points:
        series.style === 'points'
          ? { show: true, size: 8, width: 2, stroke, fill: themeColour('--surface') }
          : { show: chart.x.length === 1 },
      // The chart's own values, not the plotted ones: those of a stacked chart are sums.
      value: (_plot, _value, _index, row) => formatValue(row === null ? null : series.values[row], chart.format),
    };
  });
}

function yRange([low, high]: Chart['range']): uPlot.Range.Function {
  return (_plot, dataLow, dataHigh) => {
    const free = uPlot.rangeNum(dataLow ?? 0, dataHigh ?? 1, 0.08, true);
    const bottom = low ?? free[0] ?? 0;
    const top = high ?? Math.max(free[1] ?? 1, bottom);
    return [bottom, top > bottom ? top : bottom + 1];
  };
}

/** Legend entries hide and show their line; uPlot gives them the mouse, this gives them the keyboard. */
function keyboardLegend(plot: uPlot): void {
  const entries = [...plot.root.querySelectorAll<HTMLElement>('.u-series')];
  entries.slice(1).forEach((entry, index) => {
    const label = entry.querySelector<HTMLElement>('th');
    if (label === null) return;
    const press = () => label.setAttribute('aria-pressed', String(plot.series[index + 1]?.show !== false));
    label.tabIndex = 0;
    label.setAttribute('role', 'button');
    label.title = 'Hide or show this line';
    label.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      label.click();
    });
    label.addEventListener('click', press);
    press();
  });
}

function restack(chart: Chart): (plot: uPlot) => void {
  return (plot) => {
    const sums = stack(
      chart.series.map(({ values }) => values),
      (index) => plot.series[index + 1]?.show !== false,
    );
    plot.setData([[...chart.x], ...sums], false);
  };
}

/** Draws a chart into `target` under the present theme; the caller destroys it when the theme changes. */
export function drawChart(target: HTMLElement, chart: Chart, stages: readonly StageMark[]): uPlot {
  const ink = themeColour('--ink-muted');
  const grid = { stroke: themeColour('--line'), width: 1 };
  const series = seriesOptions(chart);
  const stacked = chart.kind === 'stacked';
  const values = chart.series.map((one) => [...one.values]);
  const first = chart.x[0] ?? 0;
  const last = chart.x.at(-1) ?? first;
  const margin = Math.max((last - first) * 0.02, 0.5);
  return new uPlot(
    {
      width: target.clientWidth,
      height: HEIGHT,
      scales: {
        x: { time: false, range: (_plot, low, high) => (low === first && high === last ? [low - margin, high + margin] : [low, high]) },
        y: { range: yRange(chart.range) },
      },
      axes: [
        {
          stroke: ink,
          grid,
          ticks: grid,
          font: FONT,
          incrs: STEP_INCREMENTS,
          label: 'training step',
          labelFont: FONT,
          labelSize: 18,
          size: 30,
        },
        {
          stroke: ink,
          grid,
          ticks: grid,
          font: FONT,
          size: 58,
          values: (_plot, ticks) => ticks.map((tick) => formatTick(tick, chart.format)),
        },
      ],
      series: [{ label: 'step' }, ...series],
      bands: stacked ? series.slice(1).map((_, index) => ({ series: [index + 2, index + 1] as [number, number] })) : [],
      legend: { markers: { dash: (_plot, index) => (series[index - 1]?.dash === undefined ? 'solid' : 'dashed') } },
      cursor: { sync: { key: 'training-step', scales: ['x', null] }, y: false, points: { size: 7 } },
      hooks: {
        drawAxes: [stageLines(stages)],
        draw: [intervals(chart, (index) => seriesColour(chart.series[index]?.colour ?? 'neutral'))],
        setSeries: stacked ? [restack(chart)] : [],
        ready: [keyboardLegend],
      },
    },
    [[...chart.x], ...(stacked ? stack(values, () => true) : values)],
    target,
  );
}

/** Keeps a chart as wide as its place on the page. */
export function fitWidth(plot: uPlot, target: HTMLElement): void {
  if (target.clientWidth > 0 && target.clientWidth !== plot.width) plot.setSize({ width: target.clientWidth, height: HEIGHT });
}
