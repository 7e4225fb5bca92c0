import { expect, test } from 'bun:test';
import type { RunData } from './run-data.ts';
import { badges, costs, tiles } from './summary.ts';

function run(summary: object, evaluations: object[] = []): RunData {
  const nothing = {
    infrastructure_errors: 0,
    skipped_steps: 0,
    sessions: 1,
    finished: true,
    wall_s: 61,
    peak_memory_bytes: 2 ** 20,
    entropy: null,
  };
  const tokens = { generated: 1, trained: 1, prompt: 1, evaluation: 1 };
  return {
    run: {
      kind: 'train',
      preset: 'nano',
      totalSteps: 4,
      parameters: 9,
      device: 'd',
      evaluationSeconds: 0,
      checkpointSeconds: 0,
      unverifiableRecords: 0,
    },
    summary: {
      ...nothing,
      tokens,
      rates: { generate_tok_s: 1, train_tok_s: 1, step_s: 1 },
      rejected_share: null,
      ratio_max_deviation: null,
      ...summary,
    },
    steps: [],
    evaluations,
  } as unknown as RunData;
}

const texts = (summary: object) => badges(run(summary)).map(({ text, tone }) => `${tone}: ${text}`);

test('badges tell what is well and what is not', () => {
  expect(texts({ ratio_max_deviation: 0 })).toEqual(['good: ✓ finished', 'good: ✓ sampler equals learner: max |ratio − 1| = 0']);
  expect(texts({ finished: false, ratio_max_deviation: 0.05 })).toEqual([
    'warn: … not finished',
    'plain: sampler and learner differ: max |ratio − 1| = 0.05',
  ]);
  expect(texts({ ratio_max_deviation: 0.3, skipped_steps: 1, infrastructure_errors: 2, sessions: 3 })).toEqual([
    'good: ✓ finished',
    'warn: ! sampler and learner differ: max |ratio − 1| = 0.3',
    'warn: ! 2 verifier failures (their samples were dropped)',
    'warn: ! 1 step without an update',
    'plain: resumed 2 times',
  ]);
});

test('tiles show held-out accuracy before and after, and memory only where it is known', () => {
  const evaluation = (step: number, average: number) => ({ step, temperature: 1, score: { average } });
  expect(tiles(run({}, [evaluation(0, 0.25), evaluation(4, 0.5)]))).toEqual([
    { label: 'held-out accuracy, temperature 1', value: '25.0 % → 50.0 %', note: '+25.0 points' },
    { label: 'wall time', value: '1 min 1 s', note: 'peak memory 1.0 MiB' },
  ]);
  expect(new Map(costs(run({ peak_memory_bytes: 0 }))).get('peak memory')).toBe('not known');
});
