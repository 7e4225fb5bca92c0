import { expect, test } from 'bun:test';
import { extractCode } from './extract-code.ts';

test.each<[string, string | null]>([
  ['```python\nx = 1\n```', 'x = 1\n'],
  ['first\n```python\nx = 1\n```\nthen\n```python\nx = 2\n```\nend', 'x = 2\n'],
  ['```python\nthought = 1\n```\n</think>\n```python\nanswer = 1\n```', 'answer = 1\n'],
  ['```python\nthought = 1\n```\n</think>\nno code', null],
  ['a</think>```python\nx = 1\n```</think>```python\nx = 2\n```', 'x = 1\n'],
  ['```py\nx = 1\n```', null],
  ['```\nx = 1\n```', null],
  ['```python\nx = 1', null],
  ['no fence', null],
  ['```python \nx = 1\n```', 'x = 1\n'],
])('%j holds %j', (response, code) => {
  expect(extractCode(response)).toBe(code);
});
