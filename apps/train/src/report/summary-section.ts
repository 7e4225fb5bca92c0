import {
  beforeAfter,
  formatBytes,
  formatCount,
  formatNumber,
  formatPoints,
  formatSeconds,
  formatShare,
  html,
  type Markup,
  outcomeSentence,
  type RunData,
} from '@or1/views';
import { evaluationTable } from './evaluation-table.ts';

function tile(label: string, value: string, note: string): Markup {
  return html`<div class="tile"><dt>${label}</dt><dd>${value}</dd><dd class="note">${note}</dd></div>`;
}

function accuracyTiles({ evaluations }: RunData): Markup[] {
  return beforeAfter(evaluations).map(({ temperature, base, last }) => {
    const label = `held-out accuracy, temperature ${temperature}`;
    if (last === null) return tile(label, formatShare(base.score.average), 'before training');
    const change = `${formatPoints(last.score.average - base.score.average)} points`;
    return tile(label, `${formatShare(base.score.average)} → ${formatShare(last.score.average)}`, change);
  });
}

function entropyTile({ summary: { entropy } }: RunData): Markup[] {
  if (entropy === null) return [];
  return [tile('entropy, nats a token', `${entropy.first.toFixed(3)} → ${entropy.last.toFixed(3)}`, `lowest ${entropy.min.toFixed(3)}`)];
}

function lossTile({ run, steps }: RunData): Markup[] {
  const first = steps[0]?.metrics.loss;
  const last = steps.at(-1)?.metrics.loss;
  if (run.kind !== 'sft' || first === undefined || last === undefined) return [];
  return [tile('loss, nats a token', `${first.toFixed(3)} → ${last.toFixed(3)}`, `${steps.length} steps`)];
}

/** The claim that training rests on: the policy that is trained is the one that sampled. */
function ratioBadge({ summary: { ratio_max_deviation: deviation } }: RunData): Markup {
  if (deviation === null) return html``;
  if (deviation === 0) {
    return html`<li class="badge good">✓ sampler equals learner: max |ratio − 1| = 0</li>`;
  }
  // Inside [0.9, 1.1] rounding of a device explains it; outside, sampler and learner are different policies.
  const harmless = deviation <= 0.1;
  return html`<li class="badge ${harmless ? '' : 'warn'}">${harmless ? '' : '! '}sampler and learner differ: max |ratio − 1| = ${formatNumber(deviation)}</li>`;
}

function badges(data: RunData): Markup {
  const { run, summary } = data;
  const trouble = (count: number, one: string, many: string) =>
    count === 0 ? html`` : html`<li class="badge warn">! ${formatCount(count)} ${count === 1 ? one : many}</li>`;
  return html`<ul class="badges">
    <li class="badge ${summary.finished ? 'good' : 'warn'}">${summary.finished ? '✓ finished' : '… not finished'}</li>
    ${ratioBadge(data)}
    ${trouble(summary.infrastructure_errors, 'verifier failure (its sample was dropped)', 'verifier failures (their samples were dropped)')}
    ${trouble(run.unverifiableRecords, 'record at fault (its group was dropped)', 'records at fault (their groups were dropped)')}
    ${trouble(summary.skipped_steps, 'step without an update', 'steps without an update')}
    ${summary.sessions > 1 ? html`<li class="badge">resumed ${summary.sessions - 1} ${summary.sessions === 2 ? 'time' : 'times'}</li>` : ''}
  </ul>`;
}

function trainingCosts({ summary: { tokens, rates, rejected_share: rejected } }: RunData): [string, string][] {
  return [
    ['tokens generated', formatCount(tokens.generated)],
    ['tokens trained', formatCount(tokens.trained)],
    ['prompt tokens', formatCount(tokens.prompt)],
    ['tokens of evaluations', formatCount(tokens.evaluation)],
    ['generation', `${formatCount(rates.generate_tok_s)} tokens/s`],
    ['training', `${formatCount(rates.train_tok_s)} tokens/s`],
    ['time a step, mean', formatSeconds(rates.step_s)],
    ['groups kept, mean', rejected === null ? '–' : formatShare(1 - rejected)],
    ['groups rejected, mean', rejected === null ? '–' : formatShare(rejected)],
  ];
}

function supervisedCosts({ steps }: RunData): [string, string][] {
  const tokens = steps.reduce((sum, { metrics }) => sum + (metrics['tokens/trained'] ?? 0), 0);
  const seconds = steps.reduce((sum, { phases }) => sum + (phases.training ?? 0), 0);
  if (steps.length === 0) return [];
  return [
    ['tokens trained', formatCount(tokens)],
    ['training', `${formatCount(tokens / seconds)} tokens/s`],
    ['time a step, mean', formatSeconds(seconds / steps.length)],
  ];
}

function resources(data: RunData): Markup {
  const { run, summary, steps } = data;
  const rows: [string, string][] = [
    ['steps', `${formatCount(steps.at(-1)?.step ?? 0)} of ${formatCount(run.totalSteps)}`],
    ['wall time', formatSeconds(summary.wall_s)],
    ['of it evaluation', formatSeconds(run.evaluationSeconds)],
    ['of it checkpoints', formatSeconds(run.checkpointSeconds)],
    ...(run.kind === 'train' ? trainingCosts(data) : supervisedCosts(data)),
    ['peak memory', formatBytes(summary.peak_memory_bytes)],
    ['parameters', formatCount(run.parameters)],
    ['preset', run.preset],
    ['device', run.device],
  ];
  return html`<div class="panel"><h3>What it took</h3><dl class="facts">
    ${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl></div>`;
}

/** Outcome, badges, headline figures and the two tables. */
export function summarySection(data: RunData): Markup {
  return html`<section aria-labelledby="summary">
    <h2 id="summary">Summary</h2>
    <p class="outcome">${outcomeSentence(data)}</p>
    ${badges(data)}
    <dl class="tiles">${[...accuracyTiles(data), ...entropyTile(data), ...lossTile(data)]}
      ${tile('wall time', formatSeconds(data.summary.wall_s), `peak memory ${formatBytes(data.summary.peak_memory_bytes)}`)}</dl>
    ${evaluationTable(data)}
    ${resources(data)}
  </section>`;
}
