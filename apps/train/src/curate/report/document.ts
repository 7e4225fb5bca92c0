import { createHash } from 'node:crypto';
import type { CurationReport } from '@or1/data/curation';
import { embeddedJson, formatCount, formatSeconds, formatShare, html, Markup } from '@or1/views';
import type { PageAssets } from '@or1/views/node';
import { difficultySection } from './difficulty-section.ts';
import { funnelSection } from './funnel-section.ts';
import { pairSection } from './pair-section.ts';
import { sampleSection, unreadableSection } from './sample-section.ts';
import { sourceSection } from './source-section.ts';

const contentHash = (content: string): string => `'sha256-${createHash('sha256').update(content).digest('base64')}'`;

function tile(name: string, value: string, note: string): Markup {
  return html`<div class="tile"><dt>${name}</dt><dd>${value}</dd><dd class="note">${note}</dd></div>`;
}

function summary({ in: rows, out, heldOut, sources, stages, wall_s, read_s, left }: CurationReport): Markup {
  const kept = sources.reduce((sum, source) => sum + source.kept, 0);
  const failed = stages.reduce((sum, stage) => sum + stage.failed, 0);
  const written = heldOut > 0 ? `and ${formatCount(heldOut)} held out` : 'in the training file';
  return html`<dl class="tiles">
    ${tile('Rows read', formatCount(rows), `${sources.length} sources in ${formatSeconds(read_s)}`)}
    ${tile('Problems that stay', formatCount(kept), rows > 0 ? formatShare(kept / rows) : '')}
    ${tile('Records written', formatCount(out), written)}
    ${tile('Rows without a problem', formatCount(left.count), 'empty, or not readable')}
    ${tile('Not judged', formatCount(failed), 'something outside the record broke')}
    ${tile('Time', formatSeconds(wall_s), `${stages.length} stages`)}
  </dl>`;
}

/** The page as one HTML text that loads nothing: its policy allows its own script and style by their hashes and refuses all else. */
export function renderDocument(report: CurationReport, { script, style }: PageAssets): string {
  const policy = `default-src 'none'; script-src ${contentHash(script)}; style-src ${contentHash(style)}; img-src data:; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${report.title}: or1 curation report</title>
<style>${new Markup(style)}</style>
</head>
<body>
<header>
  <div><p class="brand">or1 curation report</p><h1>${report.title}</h1></div>
  <label class="choice"><span>Theme</span><select id="theme"><option value="">as the system</option><option value="light">light</option><option value="dark">dark</option></select></label>
</header>
<main>
${summary(report)}
${funnelSection(report)}
${sourceSection(report)}
${difficultySection(report)}
${pairSection(report)}
${sampleSection(report)}
${unreadableSection(report)}
</main>
<script type="application/json" id="report-data">${embeddedJson(report.difficulty)}</script>
<script>${new Markup(script)}</script>
</body>
</html>
`.text;
}
