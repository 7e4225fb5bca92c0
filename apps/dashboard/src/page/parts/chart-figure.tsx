import type { Chart, StageMark } from '@or1/views';
import { ChartDrawing, chartTable } from '@or1/views/page';
import { useContext, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { ThemeContext } from '../hooks.ts';

/** The numbers of a chart as a table, made when the reader opens it. */
function Numbers({ chart }: { readonly chart: Chart }) {
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    place.current?.replaceChildren(...(open ? [chartTable(chart)] : []));
  }, [open, chart]);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Numbers</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="scroll" tabIndex={0} aria-label={`${chart.title}, numbers`} ref={place} />
    </details>
  );
}

/** A chart with its title, how to read it, and its numbers. */
function ChartFigure({ chart, stages }: { readonly chart: Chart; readonly stages: readonly StageMark[] }) {
  const theme = useContext(ThemeContext);
  const place = useRef<HTMLDivElement>(null);
  const drawing = useRef<ChartDrawing | null>(null);
  const drawnUnder = useRef(theme);

  useLayoutEffect(() => {
    const target = place.current!;
    const draw = () => {
      const sameTheme = drawnUnder.current === theme;
      if (sameTheme && drawing.current?.update(chart, stages)) return;
      drawing.current?.destroy();
      drawing.current = new ChartDrawing(target, chart, stages);
      drawnUnder.current = theme;
    };
    if (target.getBoundingClientRect().top < innerHeight) return draw();
    // What is not in sight waits until what is has been drawn.
    const later = setTimeout(draw);
    return () => clearTimeout(later);
  }, [chart, stages, theme]);

  useEffect(() => {
    const observer = new ResizeObserver(() => drawing.current?.fitWidth());
    observer.observe(place.current!);
    return () => {
      observer.disconnect();
      drawing.current?.destroy();
    };
  }, []);

  return (
    <figure id={`chart-${chart.id}`}>
      <figcaption>
        <h3>{chart.title}</h3>
        <span class="axis">{chart.axis}</span>
      </figcaption>
      <div class="plot" role="img" aria-label={`${chart.title}: curves; their numbers are in the table below`} ref={place} />
      <details>
        <summary>How to read it</summary>
        <p class="reading">{chart.howToRead}</p>
      </details>
      <Numbers chart={chart} />
    </figure>
  );
}

/** All charts of a view. */
export function ChartGrid({ charts, stages }: { readonly charts: readonly Chart[]; readonly stages: readonly StageMark[] }) {
  return (
    <div class="charts">
      {charts.map((chart) => (
        <ChartFigure key={chart.id} chart={chart} stages={stages} />
      ))}
    </div>
  );
}
