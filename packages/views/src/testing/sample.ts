import type { RunSample } from '../run-data.ts';

/** A sample with the fields that a test is about; the rest is plain. */
export function sampleWith(fields: Partial<RunSample>): RunSample {
  return {
    ...{
      moment: 'base',
      step: 0,
      temperature: 1,
      problem: 'p',
      family: 'f',
      sample: 0,
      prompt: '1+1?',
      response: '[2]',
      verdict: 'correct',
    },
    ...{ reward: 1, extracted: '2', evidence: 'equal', finish: 'stop', length: 3, tokens: null },
    ...fields,
  };
}
