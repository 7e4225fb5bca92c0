import { describe, expect, test } from 'bun:test';
import { Budget } from '../budget.ts';
import { formatExpression } from '../format.ts';
import { parseAnswer } from './parse.ts';

const read = (source: string): string => {
  const { expression, failure } = parseAnswer(source, new Budget(40_000));
  return expression === null ? `unread: ${failure}` : formatExpression(expression);
};

describe('the parser', () => {
  test.each([
    // Numbers
    ['1,234,567', '1234567'],
    ['1, 234', '1, 234'],
    ['.5', '1/2'],
    ['0.1\\overline{6}', '1/6'],
    ['1\\frac{2}{3}', '5/3'],
    ['1 2/3', '5/3'],
    ['1.5e3', '1500'],
    ['2(3e - 5)', '2*(3*e + -5)'],
    ['1121_4', '1121_4'],
    ['(1001)_2', '1001_2'],
    // Careless LaTeX
    ['\\frac12', '1*2^(-1)'],
    ['\\frac1{72}', '1*72^(-1)'],
    ['\\frac 79', '7*9^(-1)'],
    ['\\frac1e2', 'unread: the expression ends too early at character 8'],
    ['\\sqrt3', '3^(1/2)'],
    ['\\sqrt 19', '19^(1/2)'],
    ['\\sqrt[3]{x}', 'x^(1*3^(-1))'],
    ['x^10', 'x^(10)'],
    ['e^xe^y', 'e^(x)*e^(y)'],
    ['\\quadx', 'x'],
    ['{n \\choose k}', 'binomial(n, k)'],
    // Precedence
    ['-x^2', '-1*x^(2)'],
    ['1/2x', '1*2*x^(-1)'],
    ['35/2 \\pi', '35*2^(-1)*pi'],
    ['3 \\cdot -2', '3*-2'],
    ['2 \\sin b \\cos a', '2*sin(b)*cos(a)'],
    ['\\sin^2 x', 'sin(x)^(2)'],
    ['\\sin 2x + 1', '(sin(2*x) + 1)'],
    ['\\tan^{-1} x', 'arctan(x)'],
    ['\\log_2 8', 'log(8, 2)'],
    ['n!', 'factorial(n)'],
    ['f(x)', 'f(x)'],
    ['x(x+1)', 'x*(x + 1)'],
    // Groups
    ['(1, 2)', '(1, 2)'],
    ['[0, 1)', '[0, 1)'],
    ['\\{1, 2\\}', '{1, 2}'],
    ['{1, 2}', '{1, 2}'],
    ['\\{x \\mid x > 2\\}', '{x | x > 2}'],
    ['1 \\text{ and } 2', '1 and 2'],
    ['1, 2, and 3', '1 and 2 and 3'],
    ['a=1,b=2;a=3,b=4', 'a = 1, b = 2; a = 3, b = 4'],
    ['(0,1) \\cup [2,3]', '(0, 1) union [2, 3]'],
    ['1 \\pm \\sqrt{2}', '(1 + ±2^(1/2))'],
    // Relations
    ['x \\le 5', 'x <= 5'],
    ['1 < x \\leq 2', '1 < x <= 2'],
    ['x \\not= 3', 'x != 3'],
    ['x \\in \\mathbb{R}', 'x in reals'],
    ['x \\equiv 3 \\pmod{5}', 'x ≡ 3 (mod 5)'],
    ['= 5', '5'],
    // Matrices
    ['\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}', '[1, 2; 3, 4]'],
    ['\\left[\\begin{array}{cc}1&-2\\end{array}\\right]', '[1, -2]'],
    // Units and words
    ['5 \\text{ cm}^2', '5 [cm^2]'],
    ['\\$12.50', '25/2 [dollar]'],
    ['28 percent', '28%'],
    ['90^\\circ', '90°'],
    ['\\text{(C)}', 'C'],
    ['\\text{odd}', '"odd"'],
    ['8:34 \\text{ p.m.}', '8:34 [pm]'],
    ['7:32', '7:32'],
  ])('reads %j as %s', (source, form) => {
    expect(read(source)).toBe(form);
  });

  test.each([
    '',
    '\\frac{1}{',
    '(1',
    '1 +',
    '\\unknown{3}',
    '2 3',
    '((((1',
    '\\begin{pmatrix}1&2\\\\3\\end{pmatrix}',
    '5 \\text{ or more than that}',
    '\\text{not } 5',
  ])('refuses %j or reads no number in it', (source) => {
    expect(read(source)).toMatch(/^unread|^"/);
  });

  test('refuses deep nesting instead of overflowing the stack', () => {
    expect(read(`${'('.repeat(1_000)}1${')'.repeat(1_000)}`)).toStartWith('unread: brackets nested too deeply');
    expect(read('{'.repeat(1_900))).toStartWith('unread');
  });
});
