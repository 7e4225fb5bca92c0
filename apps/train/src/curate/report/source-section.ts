import type { CurationReport } from '@or1/data/curation';
import { formatCount, formatShare, html, type Markup } from '@or1/views';

/** Counts by source, and by source and reason. */
export function sourceSection({ sources }: CurationReport): Markup {
  const reasons = [...new Set(sources.flatMap(({ dropped }) => Object.keys(dropped)))];
  return html`<section aria-labelledby="sources">
    <h2 id="sources">Sources</h2>
    <div class="panel scroll" tabindex="0" role="region" aria-label="Counts by source"><table>
      <thead><tr><th>Source</th><th class="number">Rows</th><th class="number">Stay</th><th class="number">Share</th><th class="number">Written</th><th>Licence</th></tr></thead>
      <tbody>${sources.map(
        ({
          name,
          rows,
          kept,
          written,
          licence,
        }) => html`<tr><th>${name}</th><td class="number">${formatCount(rows)}</td><td class="number">${formatCount(kept)}</td>
        <td class="number">${rows > 0 ? formatShare(kept / rows) : '–'}</td><td class="number">${formatCount(written)}</td><td>${licence}</td></tr>`,
      )}</tbody>
    </table></div>
    ${reasons.length === 0 ? '' : matrix(sources, reasons)}
  </section>`;
}

function matrix(sources: CurationReport['sources'], reasons: readonly string[]): Markup {
  return html`<div class="panel scroll" tabindex="0" role="region" aria-label="Dropped by source and reason"><table class="matrix">
    <thead><tr><th>Stage: reason</th>${sources.map(({ name }) => html`<th class="number">${name}</th>`)}</tr></thead>
    <tbody>${reasons.map(
      (reason) =>
        html`<tr><th title="${reason}">${reason}</th>${sources.map(
          ({ dropped }) => html`<td class="number">${dropped[reason] === undefined ? '' : formatCount(dropped[reason])}</td>`,
        )}</tr>`,
    )}</tbody>
  </table></div>`;
}
