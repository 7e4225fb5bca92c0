import { constant, type Expression, freeSymbols, integer, product, quotient, rewrite, some } from '../parse/tree.ts';

const TRIGONOMETRIC = new Set(['sin', 'cos', 'tan', 'cot', 'sec', 'csc']);
const RADIANS_PER_DEGREE = quotient(constant('pi'), integer(180));

/** Degrees become radians inside trigonometric functions; elsewhere they are the unit of the answer and stay. */
export function prepare(node: Expression): Expression {
  if (!some(node, (part) => part.kind === 'degree')) return node;
  return rewrite(node, (part) => {
    if (part.kind !== 'call' || !TRIGONOMETRIC.has(part.name)) return part;
    const toRadians = (inner: Expression): Expression => (inner.kind === 'degree' ? product([inner.operand, RADIANS_PER_DEGREE]) : inner);
    return { ...part, operands: part.operands.map((operand) => rewrite(operand, toRadians)) };
  });
}

function rename(node: Expression, names: ReadonlyMap<string, string>): Expression {
  return rewrite(node, (part) => (part.kind === 'symbol' && names.has(part.name) ? { kind: 'symbol', name: names.get(part.name)! } : part));
}

/**
 * Writes both sides in lower case when neither uses a letter in both cases: `4\pi R^2` answers `4\pi r^2`, but in `Rr` the two letters
 * are two variables.
 */
export function foldCase(gold: Expression, response: Expression): readonly [Expression, Expression] {
  const [goldNames, responseNames] = [freeSymbols(gold), freeSymbols(response)];
  const differ = goldNames.some((name) => !responseNames.includes(name)) || responseNames.some((name) => !goldNames.includes(name));
  if (!differ) return [gold, response];
  const foldable = (names: readonly string[]): boolean => new Set(names.map((name) => name.toLowerCase())).size === names.length;
  if (!foldable(goldNames) || !foldable(responseNames)) return [gold, response];
  const lower = new Map([...goldNames, ...responseNames].map((name) => [name, name.toLowerCase()]));
  return [rename(gold, lower), rename(response, lower)];
}

/** All ways to call the response's variables by the gold's names, at most six; for comparisons in which names do not matter. */
export function renamings(gold: Expression, response: Expression): readonly Expression[] {
  const [goldNames, responseNames] = [freeSymbols(gold), freeSymbols(response)];
  if (goldNames.length !== responseNames.length || goldNames.length === 0) return [response];
  const orders = goldNames.length <= 3 ? permutations(goldNames) : [goldNames];
  // Two steps, through names that nobody uses, so that swapping x and y does not merge them.
  const neutral = rename(response, new Map(responseNames.map((name, index) => [name, `?${index}`])));
  return orders.map((order) => rename(neutral, new Map(order.map((name, index) => [`?${index}`, name]))));
}

function permutations(names: readonly string[]): string[][] {
  if (names.length <= 1) return [[...names]];
  return names.flatMap((name, index) => permutations([...names.slice(0, index), ...names.slice(index + 1)]).map((rest) => [name, ...rest]));
}
