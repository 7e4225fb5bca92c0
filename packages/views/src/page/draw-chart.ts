import uPlot from 'uplot';
import type { Chart, ChartSeries } from '../charts/chart.ts';
import type { StageMark } from '../stage-marks.ts';
import { bands, intervals, stageLines } from './chart-marks.ts';
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

/** Ends of the bands and intervals of a chart, which uPlot does not know of. */
function outermost({ series }: Chart): readonly [low: number, high: number] {
  const ends = series.flatMap(({ band, interval }) => [band, interval].filter((one) => one !== undefined));
  const values = ends.flatMap(({ low, high }) => [...low, ...high]).filter((value) => value !== null);
  return [values.reduce((a, b) => Math.min(a, b), Infinity), values.reduce((a, b) => Math.max(a, b), -Infinity)];
}

/** The vertical range: what the chart holds fast, and for the rest what the data and their bands need. */
function yRange(chart: Chart, dataLow: number | null, dataHigh: number | null): [number, number] {
  const [low, high] = chart.range;
  const [outerLow, outerHigh] = outermost(chart);
  const lowest = Math.min(dataLow ?? 0, outerLow);
  const highest = Math.max(dataHigh ?? 1, outerHigh);
  // A curve that is 0 throughout has no range of its own.
  const free = lowest === 0 && highest === 0 ? [0, 1] : uPlot.rangeNum(lowest, highest, 0.08, true);
  const bottom = low ?? free[0] ?? 0;
  const top = high ?? Math.max(free[1] ?? 1, bottom);
  return [bottom, top > bottom ? top : bottom + 1];
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

/** What must stay the same for a drawn chart to take new data; anything else needs a new drawing. */
function frameOf({ kind, format, range, series, xAxis }: Chart): string {
  return JSON.stringify([kind, format, range, xAxis, series.map(({ label, colour, style }) => [label, colour, style])]);
}

/** A chart on the page, under the theme at the time when it was drawn. */
export class ChartDrawing {
  readonly #target: HTMLElement;
  readonly #frame: string;
  readonly #plot: uPlot;
  #chart: Chart;
  #stages: readonly StageMark[];

  constructor(target: HTMLElement, chart: Chart, stages: readonly StageMark[]) {
    this.#target = target;
    this.#chart = chart;
    this.#stages = stages;
    this.#frame = frameOf(chart);
    this.#plot = new uPlot(this.#options(), this.#sums(), target);
  }

  /** Takes the data of a chart that has grown, keeping what the reader has hidden; false where the chart has other lines than before. */
  update(chart: Chart, stages: readonly StageMark[]): boolean {
    if (frameOf(chart) !== this.#frame) return false;
    this.#chart = chart;
    this.#stages = stages;
    this.#plot.setData(this.#sums());
    return true;
  }

  /** Keeps the chart as wide as its place on the page. */
  fitWidth(): void {
    const width = this.#target.clientWidth;
    if (width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height: HEIGHT });
  }

  destroy(): void {
    this.#plot.destroy();
  }

  /** What uPlot draws: the values, or their running sums where they are stacked. */
  #sums(): uPlot.AlignedData {
    const { x, series, kind } = this.#chart;
    const values = series.map((one) => [...one.values]);
    // The plot does not exist yet when its first data are made; then every line is shown.
    const shown = (index: number) => this.#plot?.series[index + 1]?.show !== false;
    return [[...x], ...(kind === 'stacked' ? stack(values, shown) : values)];
  }

  #seriesOptions(): uPlot.Series[] {
    const { series, kind, x } = this.#chart;
    return series.map((one, index): uPlot.Series => {
      const stroke = seriesColour(one.colour);
      return {
        label: one.label,
        stroke,
        ...lineStyle(one),
        ...(kind === 'stacked' ? { fill: stroke.replace('rgb(', 'rgba(').replace(')', ', 0.55)'), width: 1 } : {}),
        points:
          one.style === 'points'
            ? { show: true, size: 8, width: 2, stroke, fill: themeColour('--surface') }
            : { show: () => this.#chart.x.length === 1 || x.length === 0 },
        // The chart's own values, not the plotted ones: those of a stacked chart are sums.
        value: (_plot, _value, _index, row) =>
          formatValue(row === null ? null : this.#chart.series[index]?.values[row], this.#chart.format),
      };
    });
  }

  /** A little air at both ends, unless the reader has zoomed in. */
  #xRange(): uPlot.Range.Function {
    return (_plot, low, high) => {
      const { x } = this.#chart;
      const first = x[0] ?? 0;
      const last = x.at(-1) ?? first;
      const margin = Math.max((last - first) * 0.02, 0.5);
      return low === first && high === last ? [low - margin, high + margin] : [low, high];
    };
  }

  #options(): uPlot.Options {
    const { kind, format, xAxis } = this.#chart;
    const ink = themeColour('--ink-muted');
    const grid = { stroke: themeColour('--line'), width: 1 };
    const axis = { stroke: ink, grid, ticks: grid, font: FONT };
    const series = this.#seriesOptions();
    const stacked = kind === 'stacked';
    const colourOf = (index: number) => seriesColour(this.#chart.series[index]?.colour ?? 'neutral');
    return {
      width: this.#target.clientWidth,
      height: HEIGHT,
      scales: { x: { time: false, range: this.#xRange() }, y: { range: (_plot, low, high) => yRange(this.#chart, low, high) } },
      axes: [
        { ...axis, incrs: STEP_INCREMENTS, label: xAxis ?? 'training step', labelFont: FONT, labelSize: 18, size: 30 },
        { ...axis, size: 58, values: (_plot, ticks) => ticks.map((tick) => formatTick(tick, format)) },
      ],
      series: [{ label: xAxis ?? 'step' }, ...series],
      bands: stacked ? series.slice(1).map((_, index) => ({ series: [index + 2, index + 1] as [number, number] })) : [],
      legend: { markers: { dash: (_plot, index) => (series[index - 1]?.dash === undefined ? 'solid' : 'dashed') } },
      cursor: { ...(xAxis === undefined ? { sync: { key: 'training-step', scales: ['x', null] } } : {}), y: false, points: { size: 7 } },
      hooks: {
        drawAxes: [(plot) => stageLines(this.#stages)(plot), (plot) => bands(this.#chart, colourOf)(plot)],
        draw: [(plot) => intervals(this.#chart, colourOf)(plot)],
        setSeries: stacked ? [(plot) => plot.setData(this.#sums(), false)] : [],
        ready: [keyboardLegend],
      },
    };
  }
}
