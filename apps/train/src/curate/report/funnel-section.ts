import type { CurationReport } from '@or1/data/curation';
import { formatCount, formatSeconds, html, type Markup } from '@or1/views';

/** A bar of shares of the rows read: what stays, what goes here, what went before. */
function bar(rows: number, kept: number, dropped: number): Markup {
  const share = (count: number) => (rows === 0 ? 0 : (100 * count) / rows).toFixed(2);
  return html`<svg class="funnel-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
    <rect class="bar-kept" x="0" y="0" width="${share(kept)}" height="10"></rect>
    <rect class="bar-dropped" x="${share(kept)}" y="0" width="${share(dropped)}" height="10"></rect>
  </svg>`;
}

function reasonList(reasons: Readonly<Record<string, number>>): Markup {
  const entries = Object.entries(reasons).sort(([, a], [, b]) => b - a);
  return html`<ul class="reasons">${entries.map(([reason, count]) => html`<li><b>${formatCount(count)}</b> ${reason}</li>`)}</ul>`;
}

interface Step {
  readonly name: string;
  readonly kept: number;
  readonly dropped: number;
  readonly reasons: Readonly<Record<string, number>>;
  readonly note: string;
}

function steps({ in: rows, stages, left, read_s, sources, out, heldOut }: CurationReport): readonly Step[] {
  const read = { name: 'read', kept: rows - left.count, dropped: left.count, reasons: left.reasons, note: formatSeconds(read_s) };
  const ran = stages.map(({ name, version, kept, dropped, reasons, asked, remembered, wall_s }) => ({
    name: `${name} v${version}`,
    kept,
    dropped,
    reasons,
    note: `asked about ${formatCount(asked)}${remembered > 0 ? `, ${formatCount(remembered)} known` : ''}, ${formatSeconds(wall_s)}`,
  }));
  const kept = sources.reduce((sum, source) => sum + source.kept, 0);
  const left_out = sources.reduce((sum, { dropped }) => sum + (dropped['mix: mixing weight'] ?? 0), 0);
  const mix = {
    name: 'mix and split',
    kept: kept - left_out,
    dropped: left_out,
    reasons: left_out > 0 ? { 'mixing weight': left_out } : {},
    note: `${formatCount(out)} records for training, ${formatCount(heldOut)} held out`,
  };
  return [read, ...ran, mix];
}

/** What every stage left of the rows. */
export function funnelSection(report: CurationReport): Markup {
  return html`<section aria-labelledby="funnel">
    <h2 id="funnel">Funnel</h2>
    <p class="note">Each bar is all rows read: what stays after the stage, and beside it what goes there. "Known" outcomes were on file from an earlier run.</p>
    <ol class="funnel">${steps(report).map(
      ({ name, kept, dropped, reasons, note }) => html`<li class="panel">
        <div class="funnel-head"><h3>${name}</h3><span>${formatCount(kept)} stay${dropped > 0 ? html`, <span class="gone">${formatCount(dropped)} go</span>` : ''}</span></div>
        ${bar(report.in, kept, dropped)}
        ${dropped > 0 ? reasonList(reasons) : ''}
        <p class="note">${note}</p>
      </li>`,
    )}</ol>
  </section>`;
}
