import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { evaluateExpression } from './countdown-expression.ts';

test.each([
  ['7', 7, [7]],
  ['(19+35)+44', 98, [19, 35, 44]],
  ['2+3*4', 14, [2, 3, 4]],
  ['(2+3)*4', 20, [2, 3, 4]],
  ['20-5-3', 12, [20, 5, 3]],
  ['24/4/2', 3, [24, 4, 2]],
  ['24/(4/2)', 12, [24, 4, 2]],
  ['((((5))))', 5, [5]],
  ['5-5', 0, [5, 5]],
  ['0/4', 0, [0, 4]],
])('%s is %d', (text, value, numbers) => {
  expect(evaluateExpression(text)).toEqual({ value, numbers });
});

test.each([
  ['', 'stops short'],
  ['1+', 'stops short'],
  ['(1+2', 'stops short'],
  ['1+2)', 'cannot read ")" at character 4'],
  ['1 + 2', 'cannot read " " at character 2'],
  ['-1+2', 'cannot read "-" at character 1'],
  ['1--2', 'cannot read "-" at character 3'],
  ['2**3', 'cannot read "*" at character 3'],
  ['05+1', 'cannot read "0" at character 1'],
  ['1.5*2', 'cannot read "." at character 2'],
  ['1e3', 'cannot read "e" at character 2'],
  ['2(3)', 'cannot read "(" at character 2'],
  ['constructor', 'cannot read "c"'],
  ['3-5+9', 'the intermediate -2 is negative'],
  ['7/2', '7/2 is not exact'],
  ['7/(3-3)', 'divides by zero'],
  [`${'9'.repeat(17)}`, 'too large'],
  ['(99999999*99999999)*9', 'too large'],
  ['('.repeat(300), 'longer than 200'],
])('%s is refused: %s', (text, fault) => {
  const evaluated = evaluateExpression(text);
  expect('fault' in evaluated && evaluated.fault).toContain(fault);
});

type Tree = number | readonly [Tree, string, Tree];
const { tree } = fc.letrec<{ tree: Tree; node: readonly [Tree, string, Tree] }>((tie) => ({
  tree: fc.oneof({ maxDepth: 4 }, fc.integer({ min: 1, max: 99 }), tie('node')),
  node: fc.tuple(tie('tree'), fc.constantFrom('+', '-', '*', '/'), tie('tree')),
}));

/** The value by walking the tree, or null where Countdown forbids it. */
function walk(node: Tree): number | null {
  if (typeof node === 'number') return node;
  const left = walk(node[0]);
  const right = walk(node[2]);
  if (left === null || right === null) return null;
  if (node[1] === '+') return left + right;
  if (node[1] === '-') return left >= right ? left - right : null;
  if (node[1] === '*') return left * right;
  return right !== 0 && left % right === 0 ? left / right : null;
}
const bracketed = (node: Tree): string =>
  typeof node === 'number' ? String(node) : `(${bracketed(node[0])}${node[1]}${bracketed(node[2])})`;
/** Brackets only where precedence or association need them. */
function sparse(node: Tree, above = 0, isRight = false): string {
  if (typeof node === 'number') return String(node);
  const rank = node[1] === '+' || node[1] === '-' ? 1 : 2;
  const text = `${sparse(node[0], rank)}${node[1]}${sparse(node[2], rank, true)}`;
  return rank < above || (rank === above && isRight) ? `(${text})` : text;
}

test('agrees with the tree that an expression was written from, with all brackets and with few', () => {
  let valid = 0;
  fc.assert(
    fc.property(tree, (node) => {
      const value = walk(node);
      for (const text of [bracketed(node), sparse(node)].filter(({ length }) => length <= 200)) {
        const evaluated = evaluateExpression(text);
        expect('fault' in evaluated ? null : evaluated.value).toBe(value !== null && value <= Number.MAX_SAFE_INTEGER ? value : null);
        if (!('fault' in evaluated)) {
          valid++;
          expect(evaluated.numbers).toEqual(text.match(/\d+/g)!.map(Number));
        }
      }
    }),
    { numRuns: 2000 },
  );
  expect(valid).toBeGreaterThan(500);
});
