import { type EvaluationSample, readEvents, readSampleFile } from '@or1/trainer';

const SHOWN = 3;

interface Pair {
  readonly before: EvaluationSample;
  readonly after: EvaluationSample;
}

/** Longer responses are shown by their beginning; the report has them whole. */
const SHOWN_CHARACTERS = 160;

function quote({ response, verdict, finish }: EvaluationSample): string {
  const line = response.replaceAll(/\s+/g, ' ').trim();
  const isCut = line.length > SHOWN_CHARACTERS || finish === 'length';
  return `${line.slice(0, SHOWN_CHARACTERS)}${isCut ? ' …' : ''}  [${verdict}]`;
}

/**
 * Three held-out problems with the response before and after training, at temperature 1: problems that training turned from wrong to
 * right where there are enough, then others in order. Empty where the run has no two such evaluations.
 */
export async function samplesBeforeAndAfter(runFolder: string): Promise<string> {
  const evaluations = (await readEvents(runFolder)).filter((event) => event.event === 'evaluation-end');
  const fileOf = (label: 'base' | 'final') =>
    evaluations.find((event) => event.label === label)?.results.find(({ temperature }) => temperature === 1)?.samples;
  const [base, final] = [fileOf('base'), fileOf('final')];
  if (!base || !final) return '';
  const first = (samples: readonly EvaluationSample[]) => samples.filter(({ sample }) => sample === 0);
  const after = new Map(first(await readSampleFile(`${runFolder}/${final}`)).map((sample) => [sample.problem, sample]));
  const pairs = first(await readSampleFile(`${runFolder}/${base}`)).flatMap((before): Pair[] => {
    const later = after.get(before.problem);
    return later ? [{ before, after: later }] : [];
  });
  const turned = pairs.filter((pair) => pair.before.verdict !== 'correct' && pair.after.verdict === 'correct');
  const chosen = [...turned, ...pairs.filter((pair) => !turned.includes(pair))].slice(0, SHOWN);
  const shown = chosen.map((pair) => `${pair.before.prompt}\n  before: ${quote(pair.before)}\n  after:  ${quote(pair.after)}`);
  return shown.length > 0 ? `Samples, those that training turned right first:\n${shown.join('\n')}` : '';
}
