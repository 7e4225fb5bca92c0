export { chartTable } from './chart-table.ts';
export { ChartDrawing } from './draw-chart.ts';
export { showSamples } from './sample-browser.ts';
export { watchTheme } from './theme.ts';
