import { type Cell, evaluationTable, html, type Markup, type RunData } from '@or1/views';

function cell({ text, detail }: Cell): Markup {
  return html`<td>${text}${detail === undefined ? '' : html` <span class="interval">${detail}</span>`}</td>`;
}

/** Held-out scores before and after training; empty without evaluations. */
export function evaluationSection(data: RunData): Markup {
  const table = evaluationTable(data);
  if (table === null) return html``;
  return html`<div class="panel"><h3>Held-out evaluation</h3>
    <div class="scroll" tabindex="0" role="region" aria-label="Held-out evaluation"><table>
    <thead><tr>${table.head.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
    <tbody>${table.rows.map(({ head, cells }) => html`<tr><th scope="row">${head}</th>${cells.map(cell)}</tr>`)}</tbody></table></div>
    <p class="note">${table.note}</p></div>`;
}
