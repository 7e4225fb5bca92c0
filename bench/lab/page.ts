/** The lab's results as one page that works offline. */
import { createHash } from 'node:crypto';
import { type Chart, embeddedJson, experimentCharts, formatNumber, html, Markup } from '@or1/views';
import { bundleScript, pageStyle } from '@or1/views/node';
import type { ExperimentJson } from './result-json.ts';
import { ENTROPY_TARGET, type Scale } from './scale.ts';

const BADGES: Readonly<Record<ExperimentJson['verdict'], string>> = { reproduced: 'good', 'not reproduced': 'warn', inconclusive: '' };

function figure(chart: Chart): Markup {
  return html`<figure id="chart-${chart.id}">
    <figcaption><h3>${chart.title}</h3><span class="axis">${chart.axis}</span></figcaption>
    <div class="plot" role="img" aria-label="${chart.title}: curves over training steps; their numbers are in the table below"></div>
    <p class="reading">${chart.howToRead}</p>
    <details><summary>Numbers</summary><div class="scroll" tabindex="0" role="region" aria-label="${chart.title}, numbers"></div></details>
  </figure>`;
}

function evidenceTable({ evidence, name }: ExperimentJson): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${name}: tests"><table>
    <thead><tr><th scope="col">fixed before the runs</th><th scope="col">effect</th><th scope="col">95 % interval</th><th scope="col">seeds</th><th scope="col">outcome</th></tr></thead>
    <tbody>${evidence.map(
      ({ test, effect, interval95, seeds, outcome }) => html`<tr><th scope="row">${test}</th>
        <td>${effect === null ? '–' : formatNumber(effect)}</td>
        <td>${interval95 === null ? '–' : interval95.map(formatNumber).join(' … ')}</td><td>${seeds}</td><td>${outcome}</td></tr>`,
    )}</tbody></table></div>`;
}

function experimentSection(experiment: ExperimentJson, charts: readonly Chart[]): Markup {
  const { name, source, claim, scaling, prediction, verdict } = experiment;
  return html`<section aria-labelledby="${name}">
    <h2 id="${name}">${name}</h2>
    <p class="badges"><span class="badge ${BADGES[verdict]}">${verdict}</span> <span class="badge">${source}</span></p>
    <p class="lead">${claim}</p>
    <div class="charts">${charts.map(figure)}</div>
    ${evidenceTable(experiment)}
    <p class="note">Scaling: ${scaling} Written down before the runs: ${prediction}</p>
  </section>`;
}

/** Tests are sentences: they take the lines they need. */
const OWN_STYLE = 'tbody th { white-space: normal; min-width: 24ch; max-width: 60ch; overflow: visible; text-overflow: clip; }';

const hash = (content: string): string => `'sha256-${createHash('sha256').update(content).digest('base64')}'`;

export async function labPage(experiments: readonly ExperimentJson[], scale: Scale): Promise<string> {
  const charts = experiments.map((experiment) => experimentCharts(experiment, ENTROPY_TARGET));
  const script = await bundleScript(Bun.fileURLToPath(new URL('page/main.ts', import.meta.url)), ['uplot']);
  const style = `${await pageStyle()}\n${OWN_STYLE}`;
  const count = (verdict: ExperimentJson['verdict']): number => experiments.filter((one) => one.verdict === verdict).length;
  const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; img-src data:; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>or1 entropy lab</title>
<style>${new Markup(style)}</style>
</head>
<body>
<header>
  <div><p class="brand">or1 entropy lab</p><h1>The report’s ablations with a 1M-parameter model</h1>
  <p class="note">${scale.name === 'full' ? 'Full scale' : 'Quick scale: smaller batches and fewer steps'}: ${count('reproduced')} reproduced, ${count('not reproduced')} not reproduced, ${count('inconclusive')} inconclusive.</p></div>
  <label class="choice"><span>Theme</span><select id="theme"><option value="">as the system</option><option value="light">light</option><option value="dark">dark</option></select></label>
</header>
<main>
<section><p class="lead">Each experiment states one finding of the Skywork Open Reasoner 1 report, what its settings became for a small model that does
  arithmetic, and a test that was fixed before anything ran. A finding that does not appear at this scale is a result too: it says that the
  cause may lie in size, in data or in length.</p></section>
${experiments.map((experiment, index) => experimentSection(experiment, charts[index]!))}
</main>
<script type="application/json" id="lab-data">${embeddedJson(charts.flat())}</script>
<script>${new Markup(script)}</script>
</body>
</html>
`.text;
}
