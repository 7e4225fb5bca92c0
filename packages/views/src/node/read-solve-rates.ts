import { listRolloutDumps, type RunEvent } from '@or1/trainer';
import { pickRows } from '../charts/pick-rows.ts';
import { type Attempt, type SolveRates, solveRates } from '../solve-rates.ts';
import { RunFiles } from './read-samples.ts';

/** Dumps that are read at most; a page that waits for thousands is no page. */
const DUMPS = 200;

interface Judged {
  readonly problem: string;
  readonly source: string;
  readonly prompt: string;
  readonly verdict: string;
  readonly reward: number | null;
}

function attempts(step: number, samples: readonly Judged[]): Attempt[] {
  return samples
    .filter(({ reward }) => reward !== null)
    .map(({ problem, source, prompt, verdict }) => ({ problem, family: source, prompt, step, solved: verdict === 'correct' }));
}

/**
 * Solve rates of each problem over the run: of the held-out problems at every evaluation, one table a temperature; and of training
 * problems that were dealt more than once (generated ones never are).
 */
export async function readSolveRates(
  runFolder: string,
  events: readonly RunEvent[],
): Promise<{ readonly tables: SolveRates[]; readonly notes: string[] }> {
  const files = new RunFiles(runFolder);
  const heldOut = new Map<number, Attempt[]>();
  for (const event of events) {
    if (event.event !== 'evaluation-end') continue;
    for (const { temperature, samples } of event.results) {
      const read = attempts(event.step, await files.evaluationSamples(samples, event.step));
      heldOut.set(temperature, (heldOut.get(temperature) ?? []).concat(read));
    }
  }
  const dumps = await listRolloutDumps(runFolder);
  const training: Attempt[] = [];
  for (const row of pickRows(new Array<null>(dumps.length).fill(null), DUMPS)) {
    const { step, samples } = await files.rollouts(dumps[row]!);
    training.push(...attempts(step, samples));
  }
  const dealt = solveRates('Training problems that came back', training);
  const again = dealt.problems.filter(({ tries }) => tries.filter((entry) => entry !== null).length > 1);
  if (dumps.length > DUMPS) files.notes.push(`Training problems come from ${DUMPS} of the ${dumps.length} steps whose rollouts were kept.`);
  const tables = [...heldOut]
    .sort(([a], [b]) => b - a)
    .map(([temperature, read]) => solveRates(`Held-out problems at temperature ${temperature}`, read));
  return { tables: again.length > 0 ? [...tables, { ...dealt, problems: again }] : tables, notes: files.notes };
}
