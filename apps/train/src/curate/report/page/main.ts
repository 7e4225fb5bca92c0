import type { DifficultyHistogram } from '@or1/data/curation';
import { watchTheme } from '@or1/views/page';
import { drawHistogram } from './histogram.ts';

const histograms = JSON.parse(document.getElementById('report-data')?.textContent ?? '[]') as readonly DifficultyHistogram[];
const places = [...Map.groupBy(histograms, ({ model }) => model).values()].map((own, index) => {
  const place = document.getElementById(`difficulty-${index}`);
  if (place === null) throw new Error(`the page has no place for histogram ${index}`);
  return { own, place };
});

let drawn: readonly { destroy(): void }[] = [];
function draw(): void {
  for (const plot of drawn) plot.destroy();
  drawn = places.map(({ own, place }) => drawHistogram(place, own));
}

draw();
watchTheme(draw);
window.addEventListener('resize', draw);
