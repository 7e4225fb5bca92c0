import { expect, test } from 'bun:test';
import { decodeGroundTruth, encodeGroundTruth, verificationRecord } from './ground-truth.ts';
import { someRecord } from './testing/memory-files.ts';

test.each([
  ['["15625"]', ['15625']],
  ['["a", "b"]', ['a', 'b']],
  ['{"inputs":["1"],"outputs":["2"],"fn_name":null,"assert_case":null}', { inputs: ['1'], outputs: ['2'] }],
  ['{"nums":[1,2],"target":3}', { nums: [1, 2], target: 3 }],
  ['204', '204'],
  ['3.50', '3.50'],
  ['[1,2]', '[1,2]'],
  ['[]', '[]'],
  ['[0,1)', '[0,1)'],
  ['{1,2}', '{1,2}'],
  ['\\frac{3}{7}', '\\frac{3}{7}'],
  ['true', 'true'],
  ['"quoted"', '"quoted"'],
])('%s decodes to %j', (text, value) => {
  expect(decodeGroundTruth(text)).toEqual(value);
});

test('encoding and decoding agree', () => {
  for (const value of ['204', ['a', 'b'], { nums: [1, 2], target: 3 }]) expect(decodeGroundTruth(encodeGroundTruth(value))).toEqual(value);
});

test('a verification record keeps all else', () => {
  const record = someRecord('hello', 5);
  expect(verificationRecord(record)).toEqual({ ...record, reward_model: { style: 'rule', ground_truth: ['1'] } });
});
