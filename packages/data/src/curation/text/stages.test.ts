import { describe, expect, test } from 'bun:test';
import type { CurationItem, Stage } from '../stage.ts';
import { decontaminationOptions, decontaminationStage } from './decontamination-stage.ts';
import { duplicateOptions, duplicateStage } from './duplicate-stage.ts';
import { filterOptions, filterStage } from './filter-stage.ts';

const item = (id: string, text: string, source = 'one', ability = 'math', answer = '1'): CurationItem => ({
  id,
  source,
  hash: id,
  text,
  solutions: [],
  record: {
    data_source: source,
    prompt: [{ role: 'user', content: text }],
    ability,
    reward_model: { style: 'rule', ground_truth: answer },
    extra_info: {},
  },
});
const context = { signal: new AbortController().signal, progress: () => undefined };
const judge = async (stage: Stage, items: readonly CurationItem[]) => stage.judge(items, context);

const LAMPS = 'A shop sells 12 lamps and 7 candles at 3 coins a piece. How many coins does it take for all of them?';

describe('duplicates', () => {
  const items = [
    item('one#0', LAMPS),
    item('two#0', LAMPS, 'two'),
    item('one#1', LAMPS.replace('7', '8')),
    item('two#1', LAMPS.replace('shop', 'store'), 'two'),
  ];

  test('across sources: reason, the other item, similarity', async () => {
    const outcomes = await judge(duplicateStage(duplicateOptions.parse({})), items);
    expect(outcomes).toMatchObject([
      { verdict: 'keep' },
      { verdict: 'drop', reason: 'exact duplicate', like: { id: 'one#0', similarity: 1 } },
      { verdict: 'keep' },
      { verdict: 'drop', reason: 'near duplicate', like: { id: 'one#0' } },
    ]);
  });

  test('answers that disagree are told', async () => {
    const again = [
      item('one#0', LAMPS, 'one', 'math', '["57"]'),
      item('one#1', LAMPS, 'one', 'math', '["75"]'),
      item('one#2', LAMPS, 'one', 'math', '57'),
    ];
    const outcomes = await judge(duplicateStage(duplicateOptions.parse({})), again);
    expect(outcomes[1]).toMatchObject({ verdict: 'drop', detail: "its answer is 75, the other's 57" });
    expect(outcomes[2]).not.toHaveProperty('detail');
    // Edited words and another answer are another problem.
    const edited = item('one#3', LAMPS.replace('shop', 'store'), 'one', 'math', '58');
    const outcome = (await judge(duplicateStage(duplicateOptions.parse({})), [again[0]!, edited]))[1];
    expect(outcome).toEqual({ verdict: 'keep' });
  });

  test('inside sources only', async () => {
    const outcomes = await judge(duplicateStage(duplicateOptions.parse({ within: 'source' })), items);
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(['keep', 'keep', 'keep', 'drop']);
    expect(outcomes[3]).toMatchObject({ like: { id: 'two#0' } });
  });

  test('programming tasks are compared without their examples', async () => {
    const task = 'Given a list of whole numbers, return the length of the longest run of neighbours that grow from left to right.';
    const tasks = [
      item('one#0', `${task}\n\nExample:\nInput: [1, 2, 1]\nOutput: 2`, 'one', 'code'),
      item('two#0', `${task}\n\nExample:\nInput: [5, 6, 9, 1]\nOutput: 3`, 'two', 'code'),
    ];
    const [, outcome] = await judge(duplicateStage(duplicateOptions.parse({})), tasks);
    expect(outcome).toMatchObject({ verdict: 'drop', reason: 'restyled duplicate', like: { id: 'one#0' } });
    const asMath = tasks.map(({ id, text, source }) => item(id, text, source));
    expect((await judge(duplicateStage(duplicateOptions.parse({})), asMath)).map(({ verdict }) => verdict)).toEqual(['keep', 'keep']);
  });

  test('a programming task with one more condition is a sequel', async () => {
    const task =
      'Given a list of whole numbers, return the length of the longest run of neighbours that grow from left to right in the list. A run of equal neighbours ends where they begin to be equal, and the run that wraps around the end of the list to its start does not count as one run but as two.';
    const tasks = [
      item('one#0', task, 'one', 'code'),
      item('one#1', `${task} Before you look, any two elements of the list may be swapped with each other once.`, 'one', 'code'),
      item('one#2', task.replace('wraps around', 'wraps round'), 'one', 'code'),
    ];
    const verdicts = (await judge(duplicateStage(duplicateOptions.parse({})), tasks)).map(({ verdict }) => verdict);
    expect(verdicts).toEqual(['keep', 'keep', 'drop']);
  });

  test('an interrupt is heard', async () => {
    const stage = duplicateStage(duplicateOptions.parse({}));
    await expect(stage.judge(items, { ...context, signal: AbortSignal.abort() })).rejects.toThrow();
  });
});

test('filters: the rule and the words that gave it away, for the abilities asked for', async () => {
  const stage = filterStage(filterOptions.parse({}));
  const outcomes = await judge(stage, [item('a', `${LAMPS} See https://example.org/lamps.`), item('b', LAMPS)]);
  expect(outcomes[0]).toEqual({ verdict: 'drop', reason: 'url', detail: 'an address with its scheme: https://example.org/lamps.' });
  expect(outcomes[1]).toEqual({ verdict: 'keep' });
  expect(stage.applies!(item('c', 'text', 'one', 'code'))).toBe(false);
});

test('decontamination: the evaluation text stands beside the row, and what is looked for is part of the stage', async () => {
  const evaluations = [{ id: 'contest#3', set: 'contest', text: LAMPS }];
  const stage = decontaminationStage(decontaminationOptions.parse({}), evaluations);
  const outcomes = await judge(stage, [item('a', `Read this. ${LAMPS.replace('sells', 'offers')}`), item('b', LAMPS.replace('7', '8'))]);
  expect(outcomes[0]).toMatchObject({ verdict: 'drop', reason: 'contaminated (paraphrase)', like: { id: 'contest#3', text: LAMPS } });
  expect(outcomes[1]).toEqual({ verdict: 'keep' });
  const other = decontaminationStage(decontaminationOptions.parse({}), [{ ...evaluations[0]!, text: `${LAMPS}!` }]);
  expect(other.inputs).not.toEqual(stage.inputs);
  expect(() => decontaminationStage(decontaminationOptions.parse({}), [])).toThrow('no evaluation texts');
});
