import { type Chart, html, MAX_CURVE_POINTS, type Markup, type RunData } from '@or1/views';

function figure(chart: Chart): Markup {
  return html`<figure id="chart-${chart.id}">
    <figcaption><h3>${chart.title}</h3><span class="axis">${chart.axis}</span></figcaption>
    <div class="plot" role="img" aria-label="${chart.title}: curve over training steps; its numbers are in the table below"></div>
    <p class="reading">${chart.howToRead}</p>
    <details><summary>Numbers</summary><div class="scroll" tabindex="0" role="region" aria-label="${chart.title}, numbers"></div></details>
  </figure>`;
}

const COLLAPSE = html`<p class="lead">The story to look for: accuracy and entropy together. Reinforcement learning makes what was rewarded more likely, so doubt
  leaves the model as it learns. While entropy falls slowly the model still tries different ways, and the rewards can tell the good
  ones from the bad. When entropy drops to almost nothing, all samples of a prompt become the same; no way is tried any more, so none can be
  found to be better, and accuracy stops where it is. That is entropy collapse. A coefficient that follows entropy (raised while it is
  under a target, off above it) puts a floor under it without pushing the model into noise.</p>`;

/** All charts, each with a paragraph that says how to read it. The page's script draws them. */
export function chartSection(charts: readonly Chart[], { run, steps }: RunData): Markup {
  if (charts.length === 0) return html`<section><h2>Curves</h2><p class="note">No step has ended yet.</p></section>`;
  const thinned =
    steps.length > MAX_CURVE_POINTS
      ? html`<p class="note">The run has ${steps.length} steps. Each chart shows at most ${MAX_CURVE_POINTS} of them: the lowest and the highest of
        every stretch, none averaged or invented.</p>`
      : html``;
  return html`<section aria-labelledby="curves">
    <h2 id="curves">Curves</h2>
    ${run.kind === 'train' ? COLLAPSE : ''}
    <p class="note">Point at a chart to read all charts at that step; drag sideways to zoom, double-click to see all; choose a name under a chart to hide
      or show its line. Dashed upright lines mark the beginning of a stage.</p>
    ${thinned}
    <div class="charts">${charts.map(figure)}</div>
  </section>`;
}
