import { type BeforeAfter, beforeAfter, mean, outcomeSentence, ratioMaxDeviation, total } from './facts.ts';
import { formatBytes, formatCount, formatNumber, formatPoints, formatSeconds, formatShare } from './format.ts';
import { html, type Markup } from './html.ts';
import type { ReportData, Score } from './report-data.ts';

function tile(label: string, value: string, note: string): Markup {
  return html`<div class="tile"><dt>${label}</dt><dd>${value}</dd><dd class="note">${note}</dd></div>`;
}

function accuracyTiles({ evaluations }: ReportData): Markup[] {
  return beforeAfter(evaluations).map(({ temperature, base, last }) => {
    const label = `held-out accuracy, temperature ${temperature}`;
    if (last === null) return tile(label, formatShare(base.score.average), 'before training');
    const change = `${formatPoints(last.score.average - base.score.average)} points`;
    return tile(label, `${formatShare(base.score.average)} → ${formatShare(last.score.average)}`, change);
  });
}

function entropyTile({ steps }: ReportData): Markup[] {
  const entropies = steps.flatMap(({ metrics }) => (metrics.entropy === undefined ? [] : [metrics.entropy]));
  const [first] = entropies;
  const last = entropies.at(-1);
  if (first === undefined || last === undefined) return [];
  const lowest = entropies.reduce((least, entropy) => Math.min(least, entropy));
  return [tile('entropy, nats a token', `${first.toFixed(3)} → ${last.toFixed(3)}`, `lowest ${lowest.toFixed(3)}`)];
}

function lossTile({ run, steps }: ReportData): Markup[] {
  const first = steps[0]?.metrics.loss;
  const last = steps.at(-1)?.metrics.loss;
  if (run.kind !== 'sft' || first === undefined || last === undefined) return [];
  return [tile('loss, nats a token', `${first.toFixed(3)} → ${last.toFixed(3)}`, `${steps.length} steps`)];
}

/** The claim that training rests on: the policy that is trained is the one that sampled. */
export function ratioBadge({ run, steps }: ReportData): Markup {
  const deviation = run.kind === 'train' ? ratioMaxDeviation(steps) : null;
  if (deviation === null) return html``;
  if (deviation === 0) {
    return html`<li class="badge good">✓ sampler equals learner: max |ratio − 1| = 0</li>`;
  }
  // Inside [0.9, 1.1] rounding of a device explains it; outside, sampler and learner are different policies.
  const harmless = deviation <= 0.1;
  return html`<li class="badge ${harmless ? '' : 'warn'}">${harmless ? '' : '! '}sampler and learner differ: max |ratio − 1| = ${formatNumber(deviation)}</li>`;
}

function badges(data: ReportData): Markup {
  const { run, skipped } = data;
  const trouble = (count: number, one: string, many: string) =>
    count === 0 ? html`` : html`<li class="badge warn">! ${formatCount(count)} ${count === 1 ? one : many}</li>`;
  return html`<ul class="badges">
    <li class="badge ${run.finished ? 'good' : 'warn'}">${run.finished ? '✓ finished' : '… not finished'}</li>
    ${ratioBadge(data)}
    ${trouble(run.infrastructureErrors, 'verifier failure (its sample was dropped)', 'verifier failures (their samples were dropped)')}
    ${trouble(run.unverifiableRecords, 'record at fault (its group was dropped)', 'records at fault (their groups were dropped)')}
    ${trouble(skipped.length, 'step without an update', 'steps without an update')}
    ${run.sessions > 1 ? html`<li class="badge">resumed ${run.sessions - 1} ${run.sessions === 2 ? 'time' : 'times'}</li>` : ''}
  </ul>`;
}

interface ScorePair {
  readonly problems: string;
  readonly temperature: number;
  readonly before: Score;
  readonly after: Score | null;
  /** Over all families only: an evaluation keeps no entropy by family. */
  readonly entropy: readonly [before: number, after: number | null] | null;
}

function percent(share: number): string {
  return (share * 100).toFixed(1);
}

function scoreRow({ problems, temperature, before, after, entropy }: ScorePair): Markup {
  const both = (read: (score: Score) => string) => (after === null ? read(before) : `${read(before)} → ${read(after)}`);
  const accuracy = (score: Score) =>
    html`${percent(score.average)} <span class="interval">(${percent(score.low)} to ${percent(score.high)})</span>`;
  return html`<tr><th scope="row">${problems}</th><td>${temperature}</td><td>${accuracy(before)}</td>
    <td>${after === null ? '–' : accuracy(after)}</td><td>${after === null ? '–' : formatPoints(after.average - before.average)}</td>
    <td>${both(({ pass }) => percent(pass))}</td><td>${both(({ majority }) => percent(majority))}</td>
    <td>${both(({ meanLength }) => meanLength.toFixed(1))}</td><td>${both(({ truncatedShare }) => percent(truncatedShare))}</td>
    <td>${entropy === null ? '' : entropy.map((value) => (value === null ? '' : value.toFixed(3))).join(entropy[1] === null ? '' : ' → ')}</td>
    <td>${formatCount(before.problems)} × ${before.samples}</td></tr>`;
}

function scorePairs({ temperature, base, last }: BeforeAfter): ScorePair[] {
  const all: ScorePair = {
    ...{ problems: 'all', temperature, before: base.score, after: last?.score ?? null },
    entropy: [base.entropy, last?.entropy ?? null],
  };
  const families = Object.entries(base.bySource);
  if (families.length < 2) return [all];
  return [
    all,
    ...families.map(([problems, before]) => ({ problems, temperature, before, after: last?.bySource[problems] ?? null, entropy: null })),
  ];
}

function evaluationTable({ evaluations }: ReportData): Markup {
  const pairs = beforeAfter(evaluations);
  const [first] = pairs;
  if (first === undefined) return html``;
  const after = first.last === null ? 'after' : `after ${first.last.step} steps`;
  const heads = [
    'problems',
    'temperature',
    'before',
    after,
    'change',
    'pass@k',
    'majority',
    'mean length',
    'cut off',
    'entropy',
    'problems × k',
  ];
  return html`<div class="panel"><h3>Held-out evaluation</h3>
    <div class="scroll" tabindex="0" role="region" aria-label="Held-out evaluation"><table>
    <thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
    <tbody>${pairs.flatMap(scorePairs).map(scoreRow)}</tbody></table></div>
    <p class="note">Shares are in per cent. Before and after: mean over the problems of the share of their k samples that are right, with its 95 % interval in
    brackets (problems are the unit, so more samples of the same problems narrow it little). pass@k counts a problem when any of its k samples is
    right, majority when the most frequent answer is.</p></div>`;
}

function resources({ run, steps }: ReportData): Markup {
  const tokens = (metric: string) => formatCount(total(steps, metric));
  const orDash = (value: number | null, format: (value: number) => string) => (value === null ? '–' : format(value));
  const rate = (values: readonly (number | null)[]) => orDash(mean(values), (value) => `${formatCount(value)} tokens/s`);
  const share = (metric: string) => orDash(mean(steps.map(({ metrics }) => metrics[metric])), formatShare);
  const stepSeconds = mean(steps.map(({ phases }) => Object.values(phases).reduce((sum, seconds) => sum + seconds, 0)));
  const generation: [string, string][] = [
    ['tokens generated in training', tokens('tokens/generated')],
    ['prompt tokens in training', tokens('tokens/prompt')],
    ['groups kept, mean', share('groups/kept-share')],
    ['groups rejected, mean', share('groups/rejected-share')],
    ['generation, mean', rate(steps.map(({ generateTokensPerSecond }) => generateTokensPerSecond))],
  ];
  const rows: [string, string][] = [
    ['steps', `${formatCount(steps.at(-1)?.step ?? 0)} of ${formatCount(run.totalSteps)}`],
    ['wall time', formatSeconds(run.wallSeconds)],
    ['of it evaluation', formatSeconds(run.evaluationSeconds)],
    ['of it checkpoints', formatSeconds(run.checkpointSeconds)],
    ['time a step, mean', orDash(stepSeconds, formatSeconds)],
    ...(run.kind === 'train' ? generation : []),
    ['tokens trained', tokens('tokens/trained')],
    ['training, mean', rate(steps.map(({ trainTokensPerSecond }) => trainTokensPerSecond))],
    ['peak memory', formatBytes(run.peakMemoryBytes)],
    ['parameters', formatCount(run.parameters)],
    ['device', `${run.device}, ${run.threads} ${run.threads === 1 ? 'thread' : 'threads'}`],
    ['preset', run.preset],
  ];
  return html`<div class="panel"><h3>What it took</h3><dl class="facts">
    ${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl></div>`;
}

/** Outcome, badges, headline figures and the two tables. */
export function summarySection(data: ReportData): Markup {
  return html`<section aria-labelledby="summary">
    <h2 id="summary">Summary</h2>
    <p class="outcome">${outcomeSentence(data)}</p>
    ${badges(data)}
    <dl class="tiles">${[...accuracyTiles(data), ...entropyTile(data), ...lossTile(data)]}
      ${tile('wall time', formatSeconds(data.run.wallSeconds), `peak memory ${formatBytes(data.run.peakMemoryBytes)}`)}</dl>
    ${evaluationTable(data)}
    ${resources(data)}
  </section>`;
}
