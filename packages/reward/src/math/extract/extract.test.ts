import { describe, expect, test } from 'bun:test';
import { type ExtractTarget, findCandidates } from './extract.ts';
import { answerText, completionText } from './reasoning.ts';

const first = (text: string, targets: readonly ExtractTarget[] = ['latex', 'expr'], bareText = true): string | null =>
  findCandidates(text, { targets, letters: 'ABCDE', bareText })[0]
    ?.candidate.parts.map((part) => part.trim())
    .join(' | ') ?? null;

describe('where the answer is looked for', () => {
  test.each([
    // Boxes
    ['So $x = \\boxed{5}$ and $y = 3$.', '5'],
    ['\\boxed{\\frac{1}{2}}', '\\frac{1}{2}'],
    ['\\boxed{1} or \\boxed{2}', '1 | 2'],
    ['\\boxed{1}\\boxed{2}', '1 | 2'],
    [`\\boxed{1} ${'word '.repeat(30)} \\boxed{2}`, '2'],
    ['\\boxed{5} and again \\boxed{5}', '5'],
    ['\\boxed 7', '7'],
    ['the end: \\boxed{12', '12'],
    ['\\boxed{a\\{b\\}c}', 'a\\{b\\}c'],
    // Environments
    ['First $1$, then $2$.', '2'],
    ['It is $1$ and $2$.', '1 | 2'],
    ['\\[ x = 5 \\]', 'x = 5'],
    ['$28$ percent', '28\\%'],
    ['It costs $5 in the shop and the total is $x$', 'x'],
    ['\\begin{align*} x &= 3 \\end{align*}', 'x &= 3'],
    ['about \\frac{3}{4} of it', '\\frac{3}{4}'],
    // Anchors
    ['Final Answer: The final answer is $3$. I hope it is correct. Also $4$.', '3'],
    ['The answer is 42. There were 17 cases.', '42'],
    ['Answer: 6\nCheck: 2 * 3 = 6 holds for 1 case', '6'],
    ['Therefore 1 + 1.\n#### 18', '18'],
    ['最终答案是 12。共有 3 种', '12'],
    ['The answer is 3x + 2.', '3x + 2'],
    // Plain numbers
    ['There are 1,234 of them.', '1234'],
    ['Total: 2,74 $', '2.74'],
    ['It rose by 12%.', '12\\%'],
    ['so 16/4 = 4 and 3/4.', '3/4'],
    ['costs €19.50.', '19.50'],
  ])('%j: %s', (text, answer) => {
    expect(first(text)).toBe(answer);
  });

  test('explicit targets take nothing but their kind', () => {
    expect(first('AZYUK2A', ['expr'], false)).toBeNull();
    expect(first('AZYUK2A')).toBeNull();
    expect(first('$\\frac{1}{2}$', ['expr'], false)).toBeNull();
    expect(first('5', ['latex'], false)).toBeNull();
    expect(first('The choice is B, not a number 5', ['string'], false)).toBe('B');
    expect(first('A man has 3', ['string'], false)).toBeNull();
  });

  test('only the end of a long text is searched for numbers, boxes are found further up', () => {
    const filler = 'lorem ipsum '.repeat(3_000);
    expect(first(`The answer is 5. ${filler}`)).toBeNull();
    expect(first(`\\boxed{5} ${filler}`)).toBe('5');
  });
});

describe('reasoning', () => {
  test('the answer stands between the first and the second close tag', () => {
    expect(answerText('<think>a</think>b', false)).toEqual({ text: 'b', offset: 16 });
    expect(answerText('a</think>b</think>c', false)?.text).toBe('b');
    expect(answerText('plain', false)?.text).toBe('plain');
  });

  test('reasoning that never closes has no answer', () => {
    expect(answerText('<think>a', false)).toBeNull();
    expect(answerText('a', true)).toBeNull();
    expect(completionText('<think>a').text).toBe('<think>a');
  });
});
