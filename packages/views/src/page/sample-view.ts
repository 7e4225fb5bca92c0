import type { RunSample, SampleMoment } from '../run-data.ts';
import { element } from './element.ts';
import type { SampleGroup } from './sample-groups.ts';
import { type TokenColouring, tokenSpans } from './token-view.ts';

const VERDICTS: Readonly<Record<RunSample['verdict'], string>> = {
  correct: '✓ right',
  incorrect: '✗ wrong',
  unverifiable: '? unverifiable record',
  'infrastructure-error': '! verifier failed',
};

function momentTitle(moment: SampleMoment, step: number): string {
  if (moment === 'base') return 'Before training';
  return moment === 'final' ? `After ${step} steps` : `Rollouts of step ${step}`;
}

function attempt(sample: RunSample, colouring: TokenColouring, onPoint: (line: string) => void): HTMLElement {
  const facts = [
    sample.reward === null ? 'no reward' : `reward ${sample.reward}`,
    `${sample.length} tokens`,
    sample.finish === 'length' ? 'cut off' : 'ended by itself',
    ...(sample.extracted === null ? [] : [`answer taken: ${sample.extracted}`]),
  ];
  const coloured = colouring !== 'none' && sample.tokens !== null;
  return element(
    'article',
    { class: 'attempt' },
    element(
      'p',
      { class: 'attempt-head' },
      element('span', { class: `verdict ${sample.verdict}` }, VERDICTS[sample.verdict]),
      element('span', {}, facts.join(' · ')),
    ),
    element('pre', {}, ...(coloured && sample.tokens !== null ? tokenSpans(sample.tokens, colouring, onPoint) : [sample.response])),
    element('p', { class: 'evidence' }, sample.evidence),
  );
}

/** Prompt and all shown attempts of a problem, a column for each moment. */
export function sampleView(group: SampleGroup, colouring: TokenColouring): HTMLElement {
  const readout = element(
    'p',
    { class: 'readout', 'aria-live': 'off' },
    colouring === 'none' ? '' : 'Point at a token to see its numbers.',
  );
  const moments = [...new Set(group.samples.map(({ moment }) => moment))];
  const uncoloured = colouring !== 'none' && group.samples.some(({ tokens }) => tokens === null);
  return element(
    'div',
    { class: moments.length === 1 ? 'sample one-moment' : 'sample' },
    element('h3', {}, group.problem.includes(group.family) ? group.problem : `${group.family} · ${group.problem}`),
    element('h4', {}, 'Prompt'),
    element('pre', {}, group.prompt),
    colouring === 'none' ? '' : readout,
    uncoloured ? element('p', { class: 'note' }, 'Samples without stored token figures stay uncoloured.') : '',
    element(
      'div',
      { class: 'moments' },
      ...moments.map((moment) => {
        const samples = group.samples.filter((sample) => sample.moment === moment);
        return element(
          'section',
          {},
          element('h4', {}, momentTitle(moment, samples[0]?.step ?? 0)),
          element(
            'div',
            { class: 'attempts' },
            ...samples.map((sample) =>
              attempt(sample, colouring, (line) => {
                readout.textContent = line;
              }),
            ),
          ),
        );
      }),
    ),
  );
}
