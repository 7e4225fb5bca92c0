export { chartTable } from './chart-table.ts';
export { ChartDrawing } from './draw-chart.ts';
export { showSamples } from './sample-browser.ts';
export { showCharts } from './show-charts.ts';
export { watchTheme } from './theme.ts';
