import { type Badge, badges, costs, html, type Markup, outcomeSentence, type RunData, type Tile, tiles } from '@or1/views';
import { evaluationSection } from './evaluation-section.ts';

function tile({ label, value, note }: Tile): Markup {
  return html`<div class="tile"><dt>${label}</dt><dd>${value}</dd><dd class="note">${note}</dd></div>`;
}

function badge({ text, tone }: Badge): Markup {
  return html`<li class="badge ${tone}">${text}</li>`;
}

function resources(data: RunData): Markup {
  return html`<div class="panel"><h3>What it took</h3><dl class="facts">
    ${costs(data).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl></div>`;
}

/** Outcome, badges, headline figures and the two tables. */
export function summarySection(data: RunData): Markup {
  return html`<section aria-labelledby="summary">
    <h2 id="summary">Summary</h2>
    <p class="outcome">${outcomeSentence(data)}</p>
    <ul class="badges">${badges(data).map(badge)}</ul>
    <dl class="tiles">${tiles(data).map(tile)}</dl>
    ${evaluationSection(data)}
    ${resources(data)}
  </section>`;
}
