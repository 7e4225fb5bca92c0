import { expect, test } from 'bun:test';
import { codeStatement } from './code-statement.ts';

const STATEMENT =
  'Given a list of whole numbers, return the length of the longest run of neighbours that grow from left to right, or 0 for an empty list.';

test.each([
  ['a fenced stub', `${STATEMENT}\n\n\`\`\`python\nclass Solution:\n    def run(self, values):\n\`\`\``],
  ['examples and constraints', `${STATEMENT}\n\nExample 1:\nInput: [1, 2, 1]\nOutput: 2\n\nConstraints:\n1 <= n <= 100`],
  ['a contest format', `${STATEMENT}\n\n-----Input-----\nThe first line holds n.\n\n-----Output-----\nOne number.\n`],
  ['doctests', `def run(values):\n${STATEMENT}\n>>> run([1, 2, 1])\n2\n`],
  ['a heading', `Examples:\n[1, 2] gives 2\n**Task**:\n${STATEMENT}`],
])('%s goes', (_, text) => {
  expect(codeStatement(text)).toContain(STATEMENT);
  expect(codeStatement(text).replace(STATEMENT, '').replace('**Task**:', '').trim()).toBe(/def run/.test(text) ? 'def run' : '');
});

test('a text that is hardly more than code or examples stays whole', () => {
  const text = 'Add two numbers.\n>>> add(2, 3)\n5\n';
  expect(codeStatement(text)).toBe(text);
});
