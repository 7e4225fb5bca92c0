import { createHash } from 'node:crypto';
import { buildCharts, type Chart, type Ends, embeddedJson, html, Markup, type RunData, stageMarks } from '@or1/views';
import type { PageAssets } from '@or1/views/node';
import { chartSection } from './chart-section.ts';
import type { PageData } from './page/page-data.ts';
import { summarySection } from './summary-section.ts';

function sampleSection({ samples, sampleNotes }: RunData): Markup {
  if (samples.length === 0) return html``;
  return html`<section aria-labelledby="samples">
    <h2 id="samples">Samples</h2>
    <p class="note">What the model wrote, how it was judged and why. Choose a problem in the list; with the list in focus, the arrow keys move on.
      ${sampleNotes.join(' ')}</p>
    <div id="sample-browser"><noscript>The browser of samples needs JavaScript.</noscript></div>
  </section>`;
}

function configurationSection({ configuration }: RunData): Markup {
  return html`<section aria-labelledby="configuration">
    <h2 id="configuration">Configuration</h2>
    <details><summary>The resolved configuration of the run</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="Configuration"><pre>${JSON.stringify(configuration, null, 2)}</pre></div></details>
  </section>`;
}

function sixDigits(values: readonly (number | null)[]): (number | null)[] {
  return values.map((value) => (value === null ? null : Number(value.toPrecision(6))));
}

/** A chart with no more digits than a reader can see, so that the page stays small. */
function rounded({ series, ...chart }: Chart): Chart {
  const ends = (of: Ends): Ends => ({ low: sixDigits(of.low), high: sixDigits(of.high) });
  return {
    ...chart,
    series: series.map(({ values, interval, ...one }) => ({
      ...one,
      values: sixDigits(values),
      ...(interval === undefined ? {} : { interval: ends(interval) }),
    })),
  };
}

function contentHash(content: string): string {
  return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
}

/**
 * The whole page as one HTML text. It loads nothing: the policy in its head allows its own script and style by their hashes and
 * refuses everything else, so that even markup that slipped through could not run or call out.
 */
export function renderDocument(data: RunData, { script, style }: PageAssets): string {
  const charts = buildCharts(data);
  const page: PageData = { charts: charts.map(rounded), stages: stageMarks(data), samples: data.samples };
  const { run } = data;
  const policy = `default-src 'none'; script-src ${contentHash(script)}; style-src ${contentHash(style)}; img-src data:; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${run.name}: or1 run report</title>
<style>${new Markup(style)}</style>
</head>
<body>
<header>
  <div><p class="brand">or1 run report</p><h1>${run.name}</h1><p class="note">${run.preset} · started ${new Date(run.startedMs).toISOString().slice(0, 16).replace('T', ' ')} UTC</p></div>
  <label class="choice"><span>Theme</span><select id="theme"><option value="">as the system</option><option value="light">light</option><option value="dark">dark</option></select></label>
</header>
<main>
${summarySection(data)}
${chartSection(charts, data)}
${sampleSection(data)}
${configurationSection(data)}
</main>
<script type="application/json" id="report-data">${embeddedJson(page)}</script>
<script>${new Markup(script)}</script>
</body>
</html>
`.text;
}
