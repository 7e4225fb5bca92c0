import { constant, type Expression, integer, isOne, number, product, quotient, rewrite, some } from '../parse/tree.ts';
import { parseUnit } from '../parse/units.ts';
import { rational } from '../rational.ts';
import { compareNodes } from './answers.ts';
import { withRule } from './comparison.ts';
import { isGroup } from './groups.ts';
import { type CompareOptions, type Comparison, compareScalars } from './scalar.ts';

/** Whether a unit stands anywhere in the node. */
export const hasUnit = (node: Expression): boolean => some(node, (part) => part.kind === 'quantity');
const isGrouped = (node: Expression): boolean => isGroup(node) || node.kind === 'matrix';

/** Units of one dimension are converted; a unit on one side only, or one that is not known, is left out. */
export function compareQuantities(gold: Expression, response: Expression, options: CompareOptions): Comparison | null {
  if ((gold.kind === 'ratio' && gold.clock) || isGrouped(gold) || isGrouped(response)) return null;
  if (!hasUnit(gold) && !hasUnit(response)) return compareAngles(gold, response, options);
  const [left, right] = [stripUnits(gold), stripUnits(response)];
  const goldUnit = gold.kind === 'quantity' ? parseUnit(gold.unit) : null;
  const responseUnit = response.kind === 'quantity' ? parseUnit(response.unit) : null;
  if (goldUnit && responseUnit && goldUnit.dimension === responseUnit.dimension) {
    const scaled = (node: Expression, [top, bottom]: readonly [bigint, bigint]): Expression =>
      isOne(number(rational(top, bottom))) ? node : product([node, number(rational(top, bottom))]);
    return withRule(compareNodes(scaled(left, goldUnit.scale), scaled(right, responseUnit.scale), options), 'units converted');
  }
  return withRule(compareNodes(left, right, options), 'without units');
}

/** The node with its units left out. */
export const stripUnits = (node: Expression): Expression => rewrite(node, (part) => (part.kind === 'quantity' ? part.operand : part));

/** Degrees against radians: only where one side has the degree sign and the other has pi. */
function compareAngles(gold: Expression, response: Expression, options: CompareOptions): Comparison | null {
  const hasDegree = (node: Expression): boolean => some(node, (part) => part.kind === 'degree');
  const hasPi = (node: Expression): boolean => some(node, (part) => part.kind === 'constant' && part.name === 'pi');
  const inDegrees = (node: Expression): Expression => quotient(product([node, integer(180)]), constant('pi'));
  if (gold.kind !== 'degree' && response.kind !== 'degree') return null;
  if (hasDegree(gold) && !hasDegree(response) && hasPi(response))
    return withRule(compareScalars(gold, inDegrees(response), options), 'radians converted');
  if (hasDegree(response) && !hasDegree(gold) && hasPi(gold))
    return withRule(compareScalars(inDegrees(gold), response, options), 'radians converted');
  return null;
}
