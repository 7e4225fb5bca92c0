import { expect, test } from 'bun:test';
import { columnValue, Template } from './template.ts';

const row = { nums: [44, 19, 35], target: 98, text: 'x', nested: { deep: { value: 7 } }, 'dotted.name': 'd', nothing: null, object: {} };

test.each([
  ["{nums join ' '}={target}?", '44 19 35=98?'],
  ['{nums count} numbers', '3 numbers'],
  ["{nums join ''}", '441935'],
  ['{nested.deep.value}{{{text}}}', '7{x}'],
  ['{dotted.name}', 'd'],
  ['plain', 'plain'],
])('%s renders %s', (source, text) => {
  expect(new Template(source).render(row)).toEqual({ text });
});

test.each([
  ['{absent}', 'absent'],
  ['{nothing}', 'nothing'],
  ['{object}', 'object'],
  ['{nums}', 'nums'],
  ["{text join ' '}", 'text'],
  ['{text count}', 'text'],
])('%s says that %s is missing', (source, missing) => {
  expect(new Template(source).render(row)).toEqual({ missing });
});

test.each(['{nums', 'nums}', '{nums join}', '{}', '{a b}'])('%s is refused', (source) => {
  expect(() => new Template(source)).toThrow('template');
});

test('column values: null is absent, dots reach in, a name with a dot wins', () => {
  expect(columnValue(row, 'nothing')).toBeUndefined();
  expect(columnValue(row, 'nested.deep.value')).toBe(7);
  expect(columnValue(row, 'text.length.x')).toBeUndefined();
});
