import { expect, test } from 'bun:test';
import { type FilterReason, filterRules, filterText } from './text-filters.ts';

const ALL: readonly FilterReason[] = ['url', 'figure', 'proof', 'multiple choice', 'several parts'];

test.each(filterRules.map((rule) => [rule.title, rule] as const))('%s', (_, rule) => {
  expect(filterText(rule.drops, ALL)).toMatchObject({ reason: rule.reason, rule: rule.title });
  expect(filterText(rule.keeps, ALL)).toBeNull();
});

test('only the reasons that are asked for', () => {
  const text = 'See https://example.org/p/12. Prove that n is odd.';
  expect(filterText(text, ['proof'])?.reason).toBe('proof');
  expect(filterText(text, ['figure'])).toBeNull();
});

test.each<[FilterReason, string]>([
  ['figure', 'A square is cut as shown in the figure. Find its area.'],
  ['figure', 'Find x. \\includegraphics[width=3cm]{a}'],
  ['figure', 'What is the value of the point marked in the graph below?'],
  ['figure', 'The spinner shown is spun twice. What is the probability of red?'],
  ['figure', 'The triangle is not drawn to scale.'],
  ['multiple choice', 'Which is odd?\nA. 2\nB. 3\nC. 4'],
  ['multiple choice', '$\\textbf{(A)}\\ 1 \\qquad \\textbf{(B)}\\ 2 \\qquad \\textbf{(C)}\\ 3$'],
  ['multiple choice', 'True or false: 3 is odd.'],
  ['several parts', '(1) Find the value of $a$; (2) If $b = 2$, find the value of $c$.'],
  ['several parts', 'A box holds 3 balls.\na) How many are red?\nb) How many are blue?'],
  ['proof', 'Show that the sum of two odd numbers is even.'],
])('%s: %s', (reason, text) => {
  expect(filterText(text, ALL)?.reason).toBe(reason);
});

test.each([
  'She figures out that 3 friends need 5 spoons each. How many spoons?',
  'How many three-figure numbers are there?',
  'Round your answer to 3 significant figures.',
  'Edges in the graph connect its vertices. How many are there?',
  'Prove your claim by finding x such that x + 1 = 2; compute x.',
  'Points (A) and (B) lie on a line with C between them.',
  'The conditions are (i) x > 0 and (ii) x < 3. How many integers x are there?',
  'The email has 3 parts. How many words has each part?',
  'The first four terms are shown below: 1, 3, 6, 10. Find the next.',
])('stays: %s', (text) => {
  expect(filterText(text, ALL)).toBeNull();
});

test('the match is shown on one line of at most 120 characters', () => {
  const found = filterText(`Let n be odd. Prove that\nn ${'+ n '.repeat(80)}is odd.`, ALL)!;
  expect(found.match).toHaveLength(120);
  expect(found.match).not.toContain('\n');
});

test('no text keeps a rule busy', () => {
  const nasty = [
    ' ',
    '\n',
    ' \n',
    '(',
    '<a ',
    '![',
    'a-',
    '((',
    '(a) ',
    '1. ',
    '\\text{',
    '(A) ',
    'prove. ',
    'the figure ',
    'www.',
    '$',
    'c',
    'figure ',
  ];
  for (const piece of nasty) {
    for (const tail of ['', 'c)', ' figure']) {
      const start = processorMs();
      filterText(piece.repeat(50_000) + tail, ALL);
      expect(processorMs() - start, JSON.stringify(piece)).toBeLessThan(1500);
    }
  }
});

test('the table in the README is the table of rules', async () => {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const code = (text: string) => `\`${cell(text)}\``;
  const lines = filterRules.map(({ reason, title, drops, keeps }) => `| ${[reason, cell(title), code(drops), code(keeps)].join(' | ')} |`);
  const table = ['| reason | rule | drops | keeps |', '| --- | --- | --- | --- |', ...lines].join('\n');
  const readme = await Bun.file(new URL('./README.md', import.meta.url)).text();
  expect(readme.split('<!-- filter rules -->\n')[1]!.split('\n<!-- end of filter rules -->')[0]).toBe(table);
});

/** Time that this process had a core for: other programs do not make a test fail. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
