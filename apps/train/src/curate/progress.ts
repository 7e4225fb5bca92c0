import type { EndpointUse, StageProgress, StageSummary } from '@or1/data/curation';
import { formatDuration, formatNumber } from '../numbers.ts';

const EVERY_MS = 2_000;

/** Says how far a stage is, every two seconds at most, with the time left and what endpoints have cost. */
export function progressTeller(say: (text: string) => void, use: ReadonlyMap<string, EndpointUse>): (progress: StageProgress) => void {
  let stage = '';
  let started = 0;
  let first = 0;
  let told = 0;
  return ({ stage: name, done, total }) => {
    const now = performance.now();
    if (name !== stage) {
      stage = name;
      started = now;
      told = now;
      first = done;
    }
    if (now - told < EVERY_MS || done <= first) return;
    told = now;
    const left = ((now - started) / (done - first)) * (total - done);
    const asked = [...use].map(([endpoint, one]) => `; ${endpointWords(endpoint, one)}`).join('');
    say(`${name}: ${formatNumber(Math.floor(done))} of ${formatNumber(total)}, ${formatDuration(left / 1000)} left${asked}`);
  };
}

export function endpointWords(name: string, { asked, remembered, retried, promptTokens, completionTokens, cost }: EndpointUse): string {
  const tokens = `${formatNumber(promptTokens)} + ${formatNumber(completionTokens)} tokens`;
  const kept = remembered > 0 ? `, ${formatNumber(remembered)} from file` : '';
  const again = retried > 0 ? `, ${formatNumber(retried)} tried again` : '';
  return `${name}: ${formatNumber(asked)} answers (${tokens})${kept}${again}, cost ${cost.toFixed(4)}`;
}

/** One line about a stage that has ended. */
export function stageWords({ name, in: came, kept, dropped, reasons, remembered, asked, wallMs }: StageSummary): string {
  const why = Object.entries(reasons)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${formatNumber(count)} ${reason}`)
    .join(', ');
  const known = remembered > 0 ? `, ${formatNumber(remembered)} of ${formatNumber(asked)} known` : '';
  const words = `${name}: ${formatNumber(came)} in, ${formatNumber(kept)} stay, ${formatNumber(dropped)} go`;
  return `${words}${why === '' ? '' : ` (${why})`}; ${(wallMs / 1000).toFixed(1)} s${known}`;
}
