/** What uPlot leaves to its hooks: lines where a stage begins, 95 % intervals of single measurements, and bands around lines. */
import type uPlot from 'uplot';
import type { Chart } from '../charts/chart.ts';
import type { StageMark } from '../stage-marks.ts';
import { themeColour } from './colours.ts';

function clipped(plot: uPlot, draw: (context: CanvasRenderingContext2D) => void): void {
  const { left, top, width, height } = plot.bbox;
  plot.ctx.save();
  plot.ctx.beginPath();
  plot.ctx.rect(left, top, width, height);
  plot.ctx.clip();
  draw(plot.ctx);
  plot.ctx.restore();
}

/** Dashed vertical lines with the stage's name beside them. */
export function stageLines(stages: readonly StageMark[]): (plot: uPlot) => void {
  return (plot) =>
    clipped(plot, (context) => {
      const pixel = devicePixelRatio;
      const ink = themeColour('--ink-muted');
      const surface = themeColour('--surface');
      context.strokeStyle = ink;
      context.lineWidth = pixel;
      context.setLineDash([4 * pixel, 4 * pixel]);
      context.font = `${11 * pixel}px system-ui, sans-serif`;
      context.textAlign = 'left';
      context.textBaseline = 'top';
      for (const { step, label } of stages) {
        const x = Math.round(plot.valToPos(step, 'x', true));
        context.beginPath();
        context.moveTo(x, plot.bbox.top);
        context.lineTo(x, plot.bbox.top + plot.bbox.height);
        context.stroke();
        const width = context.measureText(label).width;
        const fits = x + width + 10 * pixel < plot.bbox.left + plot.bbox.width;
        const left = fits ? x + 5 * pixel : x - width - 5 * pixel;
        const top = plot.bbox.top + 3 * pixel;
        context.fillStyle = surface;
        context.fillRect(left - 2 * pixel, top, width + 4 * pixel, 14 * pixel);
        context.fillStyle = ink;
        context.fillText(label, left, top + 2 * pixel);
      }
    });
}

/** Whiskers from the low to the high end of each measurement's interval. */
export function intervals(chart: Chart, colourOf: (series: number) => string): (plot: uPlot) => void {
  return (plot) =>
    clipped(plot, (context) => {
      const pixel = devicePixelRatio;
      context.lineWidth = 1.5 * pixel;
      chart.series.forEach(({ interval }, index) => {
        if (interval === undefined || plot.series[index + 1]?.show === false) return;
        context.strokeStyle = colourOf(index);
        const cap = 4 * pixel;
        chart.x.forEach((step, row) => {
          const low = interval.low[row] ?? null;
          const high = interval.high[row] ?? null;
          if (low === null || high === null) return;
          const x = plot.valToPos(step, 'x', true);
          const bottom = plot.valToPos(low, 'y', true);
          const top = plot.valToPos(high, 'y', true);
          context.beginPath();
          context.moveTo(x, bottom);
          context.lineTo(x, top);
          context.moveTo(x - cap, bottom);
          context.lineTo(x + cap, bottom);
          context.moveTo(x - cap, top);
          context.lineTo(x + cap, top);
          context.stroke();
        });
      });
    });
}

/** The area between the ends of each line's band, in the colour of the line. */
export function bands(chart: Chart, colourOf: (series: number) => string): (plot: uPlot) => void {
  return (plot) =>
    clipped(plot, (context) => {
      context.globalAlpha = 0.18;
      chart.series.forEach(({ band }, index) => {
        if (band === undefined || plot.series[index + 1]?.show === false) return;
        const edge = (ends: readonly (number | null)[]) =>
          chart.x.flatMap((step, row) => {
            const end = ends[row] ?? null;
            return end === null ? [] : [[plot.valToPos(step, 'x', true), plot.valToPos(end, 'y', true)] as const];
          });
        context.fillStyle = colourOf(index);
        context.beginPath();
        for (const [x, y] of [...edge(band.low), ...edge(band.high).reverse()]) context.lineTo(x, y);
        context.fill();
      });
    });
}
