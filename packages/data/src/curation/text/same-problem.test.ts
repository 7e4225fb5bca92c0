import { expect, test } from 'bun:test';
import { CanonicalText } from './canonical-text.ts';
import { type Difference, differenceOfProblems } from './same-problem.ts';

const canonical = new CanonicalText();
const form = (text: string): string => {
  canonical.write(text);
  return canonical.toString();
};

test.each<[string, string, Difference | null]>([
  ['Tom has 3 apples and 5 pears.', 'Tom has 3 apples and 6 pears.', 'numbers'],
  ['Tom has 3 apples and 5 pears.', 'Tom has 5 apples and 3 pears.', 'numbers'],
  ['Tom has three apples.', 'Tom has four apples.', 'numbers'],
  ['Tom has three apples.', 'Tom owns 3 apples.', null],
  ['Solve x + y = 2.', 'Solve x - y = 2.', 'operators'],
  ['Evaluate 1/\\sqrt{3} in base 10.', 'Evaluate 1/3 in base 10.', 'operators'],
  ['Is f(f(x)) even?', 'Is f(f(f(x))) even?', 'operators'],
  ['Find \\alpha in degrees.', 'Find \\beta in degrees.', 'operators'],
  ['Let a + b = 3 and c = 1. Find a.', 'Let a + b = 3 and c = 1. Find b.', 'names'],
  ['In triangle ABC find AB.', 'In triangle ABC find BC.', 'names'],
  ['Arrange the letters of "tree".', 'Arrange the letters of "root".', 'names'],
  ['Write def inOrder(root): walk', 'Write def preOrder(root): walk', 'names'],
  ['How many integers are divisible by 7?', 'How many integers are not divisible by 7?', 'conditions'],
  ['4 distinguishable balls', '4 indistinguishable balls', 'conditions'],
  ['Find the largest root of the cubic.', 'Find the smallest root of the cubic.', 'opposite words'],
  ['Find the largest root of the cubic.', 'Find the greatest root of the cubic.', null],
  ['What is the area of the square?', 'What is the perimeter of the square?', 'opposite words'],
  ['Find the sum of the roots.', 'Find the roots.', 'opposite words'],
  ['There are pears and plums. How many pears?', 'There are pears and plums. How many plums?', 'switched words'],
  ['There are pears and plums. How many pears?', 'There are pears and plums. What is the count of pears?', null],
  ['Josie received money as a gift.', 'Amanda received money as a gift.', null],
  ['She buys a bag of pears.', 'She purchases a bag of pears.', null],
])('%p, %p: %p', (one, other, expected) => {
  expect(differenceOfProblems(form(one), form(other))).toBe(expected);
  expect(differenceOfProblems(form(other), form(one))).toBe(expected);
});
