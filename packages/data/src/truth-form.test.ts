import { expect, test } from 'bun:test';
import { someRecord } from './testing/memory-files.ts';
import { truthForm } from './truth-form.ts';

const formOf = (ability: string, truth: unknown) => {
  const ground_truth = typeof truth === 'string' ? truth : JSON.stringify(truth);
  return truthForm({ ...someRecord('p'), ability, reward_model: { style: 'rule', ground_truth } });
};

test.each([
  ['math', ['1', '2'], { form: 'answers', answers: ['1', '2'] }],
  ['math', '204', { form: 'answers', answers: ['204'] }],
  ['code', { inputs: ['1'], outputs: [['2', '3']], fn_name: null }, { form: 'stdio', inputs: ['1'], outputs: [['2', '3']] }],
  ['code', { inputs: [[1, 'a']], outputs: [null], fn_name: 'f' }, { form: 'call', fn_name: 'f', inputs: [[1, 'a']], outputs: [null] }],
  ['code', { entry_point: 'f', test_code: 't', inputs: null }, { form: 'check', entry_point: 'f', import_prefix: '', test_code: 't' }],
  ['code', { assert_case: ['assert f(1)'] }, { form: 'assert', assert_case: ['assert f(1)'] }],
  ['countdown', { nums: [1], target: 1 }, null],
] as const)('%s %j', (ability, truth, form) => {
  expect(formOf(ability, truth)).toEqual(form as ReturnType<typeof truthForm>);
});

test.each([
  ['code', 'print(1)', 'ground_truth'],
  ['code', { inputs: ['1'] }, 'outputs'],
  ['code', { inputs: [1], outputs: ['1'] }, 'inputs.0'],
  ['code', { test_code: 't' }, 'entry_point'],
  ['math', { a: '1' }, 'ground_truth'],
])('%s %j is told by its key', (ability, truth, key) => {
  expect(formOf(ability, truth)).toMatchObject({ form: 'invalid', key: expect.stringContaining(key) });
});
