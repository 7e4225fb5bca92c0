import { describe, expect, test } from 'bun:test';
import { type MathOptions, verifyMath } from './verify.ts';

const judge = (gold: string, answer: string, options: MathOptions = {}) => verifyMath(`So we get $\\boxed{${answer}}$.`, gold, options);

/** Golds with answers that a person accepts. */
const EQUAL: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  numbers: [
    ['1000', '1000.0'],
    ['0.5', '\\frac{1}{2}'],
    ['\\frac{1}{3}', '0.333333'],
    ['28\\%', '0.28'],
    ['3.46223 \\times 10^{3}', '3462.23'],
    ['2.74', '2,74'],
    ['0,5', '0.5'],
    ['$\\frac12$', '0,5'],
    ['10 km/h', '10'],
    ['10', '10 km/h'],
    ['9.8 m/s^2', '$9.8\\text{ m/s}^2$'],
    ['10 square meters', '10'],
    ['$\\frac{2m}{s}$', '2m/s'],
    ['5', '2 + 3'],
    ['10', '\\binom{5}{2}'],
    ['2', '\\lfloor 2.7 \\rfloor'],
    ['-2', '\\begin{vmatrix}1&2\\\\3&4\\end{vmatrix}'],
    ['6', '\\sum_{k=1}^{3} k'],
    ['\\sum_{k=1}^{9} 1000!', '\\sum_{k=1}^{9} 1000!'],
    ['\\frac13', '0.\\overline{3}'],
  ],
  'radicals and functions': [
    ['2\\sqrt{3}', '\\sqrt{12}'],
    ['\\frac{1}{\\sqrt{2}}', '\\frac{\\sqrt{2}}{2}'],
    ['\\sqrt{2 + \\sqrt{3}}', '\\frac{\\sqrt{6} + \\sqrt{2}}{2}'],
    ['\\sqrt{5 + 2\\sqrt{6}} - \\sqrt{2}', '\\sqrt{3}'],
    ['3', '\\log_2 8'],
    ['\\frac12', '\\sin 30^\\circ'],
    ['-1', 'e^{i\\pi}'],
    ['2i', '(1+i)^2'],
    ['\\frac{\\pi}{4}', '\\arctan 1'],
  ],
  expressions: [
    ['x^2 - 1', '(x-1)(x+1)'],
    ['\\frac{x^2-1}{x-1}', 'x + 1'],
    ['\\tan^2 y + 1', '\\sec^2 y'],
    ['\\ln(xy)', '\\ln x + \\ln y'],
    ['e^{x+y}', 'e^x e^y'],
    ['\\frac{n!}{(n-1)!}', 'n'],
    ['2^{n+1}', '2 \\cdot 2^n'],
    ['x^{2/3}', '\\sqrt[3]{x}^2'],
    ['4\\pi R^2', '4\\pi r^2'],
    ['(x + 1)^{50}', '(1 + x)^{49}(x + 1)'],
  ],
  equations: [
    ['k = 1', '1'],
    ['1', 'k = 1'],
    ['y = 10x - 4', '10x - 4'],
    ['2x + 4y - 3 = 0', 'y = -\\frac12 x + \\frac34'],
    ['34x + 45y - 20z + 100 = 0', '-34x - 45y + 20z - 100 = 0'],
    ['\\frac{1}{8} + \\frac{1}{x} = \\frac{1}{2}', '\\frac1x + \\frac18 = \\frac12'],
    ['\\sqrt{17}', 'x = \\sqrt{17} \\approx 4.123'],
    ['x \\equiv 3 \\pmod 5', 'x \\equiv 8 \\pmod 5'],
    ['(x, y) = (2, 3)', 'x = 2, y = 3'],
    ['x + y = 7', '7'],
    ['\\sum_{i=1}^n a_i', '\\sum_{k=1}^n a_k'],
    ['5^{\\text{th}}', '5'],
  ],
  inequalities: [
    ['x > 1', '1 < x'],
    ['x < 2', '2x < 4'],
    ['-x < 2', 'x > -2'],
    ['-2 \\le x \\le 7', 'x \\in [-2, 7]'],
    ['|x| < 2', '(-2, 2)'],
    ['x^2 \\ge 4', '(-\\infty, -2] \\cup [2, \\infty)'],
    ['\\frac{1}{x} > 0', '(0, \\infty)'],
    ['x \\ne 1', '(-\\infty, 1) \\cup (1, \\infty)'],
    ['x \\le -2 \\text{ or } x \\ge 3', '(-\\infty, -2] \\cup [3, \\infty)'],
  ],
  sets: [
    ['1, 2, 3', '\\{3, 1, 2\\}'],
    ['(1, 3)', '\\{1, 3\\}'],
    ['\\{1, 1, 2\\}', '1, 2'],
    ['1 \\pm \\sqrt{19}', '1 - \\sqrt{19}, 1 + \\sqrt{19}'],
    ['(5, 8), (8, 5)', '(x, y) = (5, 8) \\text{ and } (8, 5)'],
    ['p=5,q=2;p=7,q=2', '(5,2),(7,2)'],
    ['AB = 9, CD = 4', '9, 4'],
    ['x_1 = 1, x_2 = 2', '2, 1'],
    ['[0, 1] \\cup [1, 3]', '[0, 3]'],
    ['\\mathbb{R} \\setminus \\{2\\}', '(-\\infty, 2) \\cup (2, \\infty)'],
    ['(2, \\infty)', '\\{x \\mid x > 2\\}'],
    ['\\begin{pmatrix} 26/29 \\\\ 65/29 \\end{pmatrix}', '\\left( \\frac{26}{29}, \\frac{65}{29} \\right)'],
    ['\\emptyset', '\\{\\}'],
  ],
  'units and words': [
    ['5 \\text{ cm}', '5'],
    ['5 \\text{ m}', '500 \\text{ cm}'],
    ['\\$0.50', '50 \\text{ cents}'],
    ['90^\\circ', '90'],
    ['90^\\circ', '\\frac{\\pi}{2}'],
    ['25^{\\circ} \\mathrm{C}', '25'],
    ['\\text{odd}', 'odd'],
    ['\\text{(C)}', 'C'],
    ['\\textbf{(A)}\\ 5', 'A'],
    ['A', '\\text{(A) } 5'],
    ['7:32', '\\frac{7}{32}'],
    ['3 : 5 : 7', '6:10:14'],
    ['1121_4', '1121'],
  ],
};

/** Golds with answers that a person refuses. */
const DIFFERENT: readonly (readonly [string, string])[] = [
  ['\\frac{1}{3}', '0.333'],
  ['2x + z = 1', '1'],
  ['x = 1', 'y = 1'],
  ['x = 2, y = 3', 'x = 3, y = 2'],
  ['AB = 9, CD = 4', '4, 9'],
  ['x > 1', 'x \\ge 1'],
  ['x > 1', 'y > 1'],
  ['(1, 2)', '1 < x < 2'],
  ['|x| < 2', '[-2, 2]'],
  ['|x| < 2', '(-2, 1)'],
  ['|x| < 2', '(-2, 0) \\cup (0, 2)'],
  ['x^2 > 4', '(2, \\infty)'],
  ['x^2 > 4', '(-\\infty, \\infty)'],
  ['(1, 2)', '[1, 2]'],
  ['(1, 2)', '(2, 1)'],
  ['1, 2', '1, 2, 3'],
  ['\\sqrt{x^2}', 'x'],
  ['Rr', 'r^2'],
  ['a_1', 'a_2'],
  ['f(x)', 'f(y)'],
  ['F_n = \\sum_{k=0}^{n-1} F_k F_{n-k-1}', 'F_n = \\sum_{k=0}^{n-2} F_k F_{n-k-2}'],
  ['\\ln x', '\\log x'],
  ['20\\%', '20'],
  ['05:00', '5:30'],
  ['1:2:3', '3:2:1'],
  ['\\text{yes}', '\\text{no}'],
];

describe('golds and answers that are equal', () => {
  for (const [kind, pairs] of Object.entries(EQUAL)) {
    test.each([...pairs])(`${kind}: %s and %s`, (gold, answer) => {
      const judgement = judge(gold, answer);
      expect(judgement.verdict, judgement.evidence).toBe('correct');
      expect(judgement.reward).toBe(1);
    });
  }
});

describe('golds and answers that differ', () => {
  test.each([...DIFFERENT])('%s and %s', (gold, answer) => {
    const judgement = judge(gold, answer);
    expect(judgement.verdict, judgement.evidence).toBe('incorrect');
    expect(judgement.reward).toBe(0);
  });
});

describe('options', () => {
  test('rounding decides between decimals', () => {
    expect(judge('\\frac{1}{3} + 1', '1.333', { floatRounding: 3 }).verdict).toBe('correct');
    expect(judge('\\frac{1}{3} + 1', '1.333', { floatRounding: 4 }).verdict).toBe('incorrect');
  });

  test('variable names may be let differ', () => {
    expect(judge('f(x)', 'f(t)', { strict: false }).verdict).toBe('correct');
    expect(judge('x + 2y', 'a + 2b', { strict: false }).verdict).toBe('correct');
    expect(judge('x + 2y', 'a + 3b', { strict: false }).verdict).toBe('incorrect');
  });

  test('several golds are alternatives', () => {
    expect(verifyMath('\\boxed{4}', ['3', '4']).verdict).toBe('correct');
    expect(verifyMath('\\boxed{5}', ['3', '4']).verdict).toBe('incorrect');
    expect(verifyMath('\\boxed{4}', ['\\frac{', '4']).verdict).toBe('correct');
  });

  test('a gold that cannot be read is the fault of the data, never a reward of 0', () => {
    for (const gold of ['', '\\frac{', '\\unknown{3}']) {
      const judgement = verifyMath('\\boxed{5}', gold);
      expect(judgement.verdict).toBe('unverifiable');
      expect(judgement.reward).toBeNull();
    }
    expect(verifyMath('\\boxed{5}', []).verdict).toBe('unverifiable');
  });

  test('a response that was cut off is incorrect', () => {
    expect(verifyMath('\\boxed{5}', '5', { finish: 'length' }).verdict).toBe('incorrect');
  });
});

describe('the procedure of the report', () => {
  const paper = (response: string, gold: string | string[]) => verifyMath(response, gold, { mode: 'paper' }).verdict;

  test('reads the whole completion where reasoning does not end', () => {
    expect(paper('<think>\\boxed{5}', '5')).toBe('correct');
    expect(verifyMath('<think>\\boxed{5}', '5').verdict).toBe('incorrect');
  });

  test('asks for two results: text and an expression', () => {
    expect(paper('$\\boxed{\\unknown{5}}$', '\\unknown{5}')).not.toBe('correct');
    expect(paper('$\\boxed{\\unknown{5}}$', ['\\unknown{5}', '5'])).toBe('incorrect');
  });

  test('finds nothing without delimiters', () => {
    expect(paper('x + 1', 'x + 1')).toBe('incorrect');
    expect(verifyMath('x + 1', 'x + 1').verdict).toBe('correct');
  });

  test('reads golds in a box and takes any of several', () => {
    expect(paper('$\\boxed{2}$', ['1', '2'])).toBe('correct');
    expect(paper('a</think>$\\boxed{1}$</think>$\\boxed{2}$', '2')).toBe('incorrect');
  });
});

test('the evidence names the place, both forms and the rule', () => {
  const judgement = verifyMath('Thus $\\boxed{0.5}$.', '\\frac{1}{2}');
  expect(judgement.extracted).toBe('0.5');
  expect(judgement.details).toMatchObject({ source: 'boxed', range: [6, 17], goldForms: ['1*2^(-1)'], responseForm: '1/2' });
  expect(judgement.evidence).toContain(judgement.details.rule);
  expect(judgement.durationMs).toBeGreaterThan(0);
});
