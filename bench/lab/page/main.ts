import type { Chart } from '@or1/views';
import { showCharts, watchTheme } from '@or1/views/page';

const charts = JSON.parse(document.getElementById('lab-data')?.textContent ?? '[]') as readonly Chart[];
const shown = showCharts(charts, []);
watchTheme(() => shown.redraw());
