import type { DifficultyHistogram } from '@or1/data/curation';
import uPlot from 'uplot';

const HEIGHT = 250;
const FONT = '12px system-ui, sans-serif';
const PALETTE = 8;

/** The colour that a custom property has under the present theme, as a canvas understands it. */
function colour(property: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${property})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

/** One model's problems by wrong answers, a stacked bar for each number, a colour for each source. */
export function drawHistogram(place: HTMLElement, histograms: readonly DifficultyHistogram[]): uPlot {
  const wrong = Array.from({ length: 17 }, (_, index) => index);
  // From the top of the stack down, so that lower bars are painted over higher ones.
  const sums = histograms.map((_, last) =>
    wrong.map((bin) => histograms.slice(0, last + 1).reduce((sum, { counts }) => sum + counts[bin]!, 0)),
  );
  const order = histograms.map((_, index) => index).reverse();
  const ink = colour('--ink-muted');
  const grid = { stroke: colour('--line'), width: 1 };
  return new uPlot(
    {
      width: place.clientWidth,
      height: HEIGHT,
      scales: { x: { time: false, range: [-0.7, 16.7] }, y: { range: (_plot, _low, high) => [0, Math.max(1, high * 1.08)] } },
      axes: [
        { stroke: ink, grid: { show: false }, ticks: grid, font: FONT, incrs: [1, 2, 4], size: 30 },
        { stroke: ink, grid, ticks: grid, font: FONT, size: 52 },
      ],
      series: [
        { label: 'wrong of 16' },
        ...order.map((index): uPlot.Series => {
          const fill = colour(`--series-${index % PALETTE}`);
          return {
            label: histograms[index]!.source,
            stroke: fill,
            fill,
            paths: uPlot.paths.bars!({ size: [0.8, 40] }),
            points: { show: false },
            value: (_plot, _value, _series, bin) => (bin === null ? '–' : String(histograms[index]!.counts[bin])),
          };
        }),
      ],
      cursor: { y: false, drag: { x: false, y: false } },
    },
    [wrong, ...order.map((index) => sums[index]!)],
    place,
  );
}
