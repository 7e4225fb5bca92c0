/** The dashboard as one file that works without a server. */
import { createHash } from 'node:crypto';
import { embeddedJson, html, Markup } from '@or1/views';
import type { EmbeddedDashboard } from '../page/source.ts';
import type { PageFiles } from './page-files.ts';

function contentHash(content: string): string {
  return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
}

/** The page with its data, script and style inside; its policy allows these by their hashes and nothing else. */
export async function exportPage(files: PageFiles, data: EmbeddedDashboard): Promise<string> {
  const [script, style] = [await files.script(), await files.style()];
  const policy = `default-src 'none'; script-src ${contentHash(script)}; style-src ${contentHash(style)}; img-src data:; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>or1 dashboard</title>
<style>${new Markup(style)}</style>
</head>
<body>
<div id="dashboard"></div>
<script type="application/json" id="dashboard-data">${embeddedJson(data)}</script>
<script>${new Markup(script)}</script>
</body>
</html>
`.text;
}
