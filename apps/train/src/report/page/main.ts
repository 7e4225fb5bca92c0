import { showCharts, showSamples, watchTheme } from '@or1/views/page';
import type { PageData } from './page-data.ts';

const data = JSON.parse(document.getElementById('report-data')?.textContent ?? '') as PageData;
const charts = showCharts(data.charts, data.stages);
watchTheme(() => charts.redraw());
const samples = document.getElementById('sample-browser');
if (samples !== null) showSamples(samples, data.samples);
