import type { Chart } from '../charts/chart.ts';
import type { StageMark } from '../stage-marks.ts';
import { chartTable } from './chart-table.ts';
import { ChartDrawing } from './draw-chart.ts';

/** Fills the page's chart figures and draws them anew whenever the theme changes. */
export function showCharts(charts: readonly Chart[], stages: readonly StageMark[]): { redraw(): void } {
  const places = charts.map((chart) => {
    const figure = document.getElementById(`chart-${chart.id}`);
    const plot = figure?.querySelector<HTMLElement>('.plot');
    const numbers = figure?.querySelector<HTMLDetailsElement>('details');
    if (!plot || !numbers) throw new Error(`the page has no place for the chart ${chart.id}`);
    numbers.addEventListener('toggle', () => {
      if (numbers.open && numbers.querySelector('table') === null) numbers.querySelector('.scroll')?.append(chartTable(chart));
    });
    return { chart, plot };
  });
  const drawn = new Map<HTMLElement, ChartDrawing>();
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries) drawn.get(target as HTMLElement)?.fitWidth();
  });
  const redraw = (): void => {
    for (const { chart, plot } of places) {
      drawn.get(plot)?.destroy();
      drawn.set(plot, new ChartDrawing(plot, chart, stages));
    }
  };
  redraw();
  for (const { plot } of places) observer.observe(plot);
  return { redraw };
}
