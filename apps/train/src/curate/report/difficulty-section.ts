import type { CurationReport } from '@or1/data/curation';
import { formatCount, html, type Markup } from '@or1/views';

/** A histogram for each model; the page's script draws it. */
export function difficultySection({ difficulty }: CurationReport): Markup {
  const models = [...Map.groupBy(difficulty, ({ model }) => model)];
  if (models.length === 0) return html``;
  return html`<section aria-labelledby="difficulty">
    <h2 id="difficulty">Difficulty</h2>
    <p class="note">Wrong answers out of 16: higher is harder. Code's 8 answers count double. Problems at 0 and 16, always or never solved, teach nothing and go.</p>
    <div class="charts">${models.map(
      ([model, histograms], index) => html`<figure>
        <figcaption><h3>${model}</h3><span class="axis">problems by wrong answers of 16</span></figcaption>
        <div class="plot histogram" id="difficulty-${index}" role="img" aria-label="Histogram of difficulty for ${model}; its numbers are in the table below"></div>
        <details><summary>Numbers</summary><div class="scroll" tabindex="0" role="region" aria-label="Difficulty for ${model}"><table>
          <thead><tr><th>Source</th>${Array.from({ length: 17 }, (_, wrong) => html`<th class="number">${wrong}</th>`)}</tr></thead>
          <tbody>${histograms.map(({ source, counts }) => html`<tr><th>${source}</th>${counts.map((count) => html`<td class="number">${count === 0 ? '' : formatCount(count)}</td>`)}</tr>`)}</tbody>
        </table></div></details>
      </figure>`,
    )}</div>
  </section>`;
}
