/** A run's headline figures as words, the same on every page. */
import { beforeAfter } from './facts.ts';
import { formatBytes, formatCount, formatNumber, formatPoints, formatSeconds, formatShare } from './format.ts';
import type { RunData } from './run-data.ts';

export interface Tile {
  readonly label: string;
  readonly value: string;
  readonly note: string;
}

export interface Badge {
  readonly text: string;
  readonly tone: 'good' | 'warn' | 'plain';
}

/** A browser may not tell how much memory it holds. */
function memory(bytes: number): string {
  return bytes === 0 ? 'not known' : formatBytes(bytes);
}

function accuracyTiles({ evaluations }: RunData): Tile[] {
  return beforeAfter(evaluations).map(({ temperature, base, last }) => {
    const label = `held-out accuracy, temperature ${temperature}`;
    if (last === null) return { label, value: formatShare(base.score.average), note: 'before training' };
    const note = `${formatPoints(last.score.average - base.score.average)} points`;
    return { label, value: `${formatShare(base.score.average)} → ${formatShare(last.score.average)}`, note };
  });
}

function entropyTile({ summary: { entropy } }: RunData): Tile[] {
  if (entropy === null) return [];
  const value = `${entropy.first.toFixed(3)} → ${entropy.last.toFixed(3)}`;
  return [{ label: 'entropy, nats a token', value, note: `lowest ${entropy.min.toFixed(3)}` }];
}

function lossTile({ run, steps }: RunData): Tile[] {
  const first = steps[0]?.metrics.loss;
  const last = steps.at(-1)?.metrics.loss;
  if (run.kind !== 'sft' || first === undefined || last === undefined) return [];
  return [{ label: 'loss, nats a token', value: `${first.toFixed(3)} → ${last.toFixed(3)}`, note: `${steps.length} steps` }];
}

/** The figures that a reader looks for first. */
export function tiles(data: RunData): Tile[] {
  const { wall_s, peak_memory_bytes } = data.summary;
  const time: Tile = { label: 'wall time', value: formatSeconds(wall_s), note: `peak memory ${memory(peak_memory_bytes)}` };
  return [...accuracyTiles(data), ...entropyTile(data), ...lossTile(data), time];
}

/** The claim that training rests on: the policy that is trained is the one that sampled. */
function ratioBadge({ summary: { ratio_max_deviation: deviation } }: RunData): Badge[] {
  if (deviation === null) return [];
  if (deviation === 0) return [{ text: '✓ sampler equals learner: max |ratio − 1| = 0', tone: 'good' }];
  // Inside [0.9, 1.1] rounding of a device explains it; outside, sampler and learner are different policies.
  const harmless = deviation <= 0.1;
  const text = `${harmless ? '' : '! '}sampler and learner differ: max |ratio − 1| = ${formatNumber(deviation)}`;
  return [{ text, tone: harmless ? 'plain' : 'warn' }];
}

function trouble(count: number, one: string, many: string): Badge[] {
  return count === 0 ? [] : [{ text: `! ${formatCount(count)} ${count === 1 ? one : many}`, tone: 'warn' }];
}

/** What is well and what is not, in a few words each. */
export function badges(data: RunData): Badge[] {
  const { run, summary } = data;
  const resumed: Badge = { text: `resumed ${summary.sessions - 1} ${summary.sessions === 2 ? 'time' : 'times'}`, tone: 'plain' };
  return [
    summary.finished ? { text: '✓ finished', tone: 'good' } : { text: '… not finished', tone: 'warn' },
    ...ratioBadge(data),
    ...trouble(
      summary.infrastructure_errors,
      'verifier failure (its sample was dropped)',
      'verifier failures (their samples were dropped)',
    ),
    ...trouble(run.unverifiableRecords, 'record at fault (its group was dropped)', 'records at fault (their groups were dropped)'),
    ...trouble(summary.skipped_steps, 'step without an update', 'steps without an update'),
    ...(summary.sessions > 1 ? [resumed] : []),
  ];
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

/** What the run took, as pairs of name and value. */
export function costs(data: RunData): [string, string][] {
  const { run, summary, steps } = data;
  return [
    ['steps', `${formatCount(steps.at(-1)?.step ?? 0)} of ${formatCount(run.totalSteps)}`],
    ['wall time', formatSeconds(summary.wall_s)],
    ['of it evaluation', formatSeconds(run.evaluationSeconds)],
    ['of it checkpoints', formatSeconds(run.checkpointSeconds)],
    ...(run.kind === 'train' ? trainingCosts(data) : supervisedCosts(data)),
    ['peak memory', memory(summary.peak_memory_bytes)],
    ['parameters', formatCount(run.parameters)],
    ['preset', run.preset],
    ['device', run.device],
  ];
}
