import type { CurationReport, SampleGroup } from '@or1/data/curation';
import { formatCount, html, type Markup } from '@or1/views';

function group({ stage, reason, count, samples }: SampleGroup): Markup {
  return html`<details class="group"><summary>${stage}: ${reason} (${formatCount(count)})</summary>
    ${samples.map(
      ({ id, text, detail }) =>
        html`<article class="panel sample"><h4>${id}</h4><pre>${text}</pre>${detail === null ? '' : html`<p class="evidence">${detail}</p>`}</article>`,
    )}
  </details>`;
}

/** A few of what every reason dropped, to read. */
export function sampleSection({ samples, files }: CurationReport): Markup {
  if (samples.length === 0) return html``;
  return html`<section aria-labelledby="samples">
    <h2 id="samples">What went, to read</h2>
    <p class="note">A few of each reason, chosen by hash. All of them, with their records, are in <code>${files.dropped.split('/').at(-1)!}</code>.</p>
    ${samples.map(group)}
  </section>`;
}

/** Rows that hold no problem. */
export function unreadableSection({ left }: CurationReport): Markup {
  if (left.count === 0) return html``;
  const more = left.count - left.listed.length;
  return html`<section aria-labelledby="unreadable">
    <h2 id="unreadable">Rows without a problem</h2>
    <details class="group"><summary>${formatCount(left.count)} rows</summary><div class="scroll" tabindex="0" role="region" aria-label="Rows without a problem"><table>
      <thead><tr><th>Place</th><th>Reason</th></tr></thead>
      <tbody>${left.listed.map(({ place, reason, detail }) => html`<tr><td>${place}</td><td class="wide">${detail ?? reason}</td></tr>`)}</tbody>
    </table></div>${more > 0 ? html`<p class="note">and ${formatCount(more)} more in the file of dropped rows</p>` : ''}</details>
  </section>`;
}
