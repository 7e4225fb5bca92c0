import type { Chart } from '@or1/views';
import { ChartDrawing, chartTable, watchTheme } from '@or1/views/page';

const charts = JSON.parse(document.getElementById('lab-data')?.textContent ?? '[]') as readonly Chart[];
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

let drawn: ChartDrawing[] = [];
const draw = (): void => {
  for (const drawing of drawn) drawing.destroy();
  drawn = places.map(({ chart, plot }) => new ChartDrawing(plot, chart, []));
};
draw();
watchTheme(draw);
const observer = new ResizeObserver(() => {
  for (const drawing of drawn) drawing.fitWidth();
});
for (const { plot } of places) observer.observe(plot);
