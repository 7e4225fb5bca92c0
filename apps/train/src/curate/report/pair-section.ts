import type { CurationReport, PairReport } from '@or1/data/curation';
import { html, type Markup } from '@or1/views';
import { type Piece, wordDifference } from './word-difference.ts';

const marked = (pieces: readonly Piece[]): Markup =>
  html`${pieces.map(({ text, isShared }) => (isShared ? html`${text}` : html`<mark>${text}</mark>`))}`;

function pair({ stage, reason, similarity, dropped, stays }: PairReport): Markup {
  const [left, right] = wordDifference(dropped.text, stays.text);
  return html`<article class="panel pair">
    <p class="attempt-head"><span>${stage}: ${reason}</span><span>similarity ${similarity.toFixed(3)}</span></p>
    <div class="pair-sides">
      <div><h4>goes: ${dropped.id}</h4><pre>${marked(left)}</pre></div>
      <div><h4>stays: ${stays.id}</h4><pre>${marked(right)}</pre></div>
    </div>
  </article>`;
}

/** Problems that were dropped for another that they are like, beside it. */
export function pairSection({ pairs }: CurationReport): Markup {
  if (pairs.length === 0) return html``;
  return html`<section aria-labelledby="pairs">
    <h2 id="pairs">Pairs, side by side</h2>
    <p class="note">Of every stage that compares problems, the least alike pairs first: if these are right, the others are. What only one side has is marked.</p>
    ${[...Map.groupBy(pairs, ({ stage }) => stage)].map(
      ([stage, members]) => html`<details class="group"><summary>${stage}: ${members.length} pairs</summary>${members.map(pair)}</details>`,
    )}
  </section>`;
}
