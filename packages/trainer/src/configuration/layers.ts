import { InputError } from '../errors.ts';
import type { Assignment } from './assignment.ts';
import { type ConfigurationLayer, STAGE_KEYS } from './schema.ts';

/** A configuration as plain values. */
export type Tree = Readonly<Record<string, unknown>>;

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Lays `above` over `below`: groups key by key, lists and values as a whole. */
export function merge(below: Tree, above: Tree): Tree {
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    if (value === undefined) continue;
    const under = merged[key];
    // A column mapping is one value, not a group of settings.
    merged[key] = isTree(value) && isTree(under) && key !== 'columns' ? merge(under, value) : value;
  }
  return merged;
}

function clears(keys: readonly string[]): readonly string[] {
  return keys.filter((key) => (STAGE_KEYS as readonly string[]).includes(key));
}

/** Drops from every stage what a higher layer sets at the top: the layer speaks for the whole run. */
function clearStages(tree: Tree, keys: readonly string[]): Tree {
  if (!Array.isArray(tree.stages)) return tree;
  const stages = tree.stages.map((stage: Tree) => Object.fromEntries(Object.entries(stage).filter(([key]) => !keys.includes(key))));
  return { ...tree, stages };
}

/** Stages that change nothing are none: their border would still count as the start of a new stage. */
function dropIdleStages(tree: Tree): Tree {
  const stages = (tree.stages ?? []) as readonly Tree[];
  if (stages.length === 0 || stages.some((stage) => Object.keys(stage).some((key) => key !== 'steps'))) return tree;
  return { ...tree, steps: tree.steps ?? stages.reduce((sum, stage) => sum + Number(stage.steps), 0), stages: [] };
}

/**
 * Lays one layer over another. Groups such as `entropy` are merged key by key, lists are replaced. A stage key (`contextLength`,
 * `promptsPerStep`, …) that the upper layer sets at the top holds for every stage of the lower layer, and stages of the upper layer
 * decide the number of steps unless it states `steps` too.
 */
export function overlay(below: ConfigurationLayer, above: ConfigurationLayer): ConfigurationLayer {
  if (above.stages !== undefined) return merge({ ...below, steps: null }, above as Tree) as ConfigurationLayer;
  const cleared = clears(Object.keys(above));
  if (cleared.length === 0) return merge(below as Tree, above as Tree) as ConfigurationLayer;
  return dropIdleStages(merge(clearStages(below as Tree, cleared), above as Tree)) as ConfigurationLayer;
}

/** Assignments as a group of keys; of several to one key the last holds. */
export function assignmentTree(assignments: readonly Assignment[]): Tree {
  const trees = assignments.map(({ path, value }) => path.reduceRight<unknown>((inner, part) => ({ [part]: inner }), value) as Tree);
  return trees.reduce(merge, {});
}

/**
 * Applies `--set` assignments as one layer. `stages[i].key=…` changes one stage, a stage key at the top all the others. Changed
 * stage lengths decide the number of steps unless `steps` is set too.
 *
 * @throws InputError when a stage number leaves a gap.
 */
export function applyAssignments(below: ConfigurationLayer, assignments: readonly Assignment[]): ConfigurationLayer {
  const top = assignments.filter(({ path }) => path[0] !== 'stages' || path.length === 1);
  const perStage = assignments.filter(({ path }) => path[0] === 'stages' && path.length > 1);

  const layer = assignmentTree(top);
  if (perStage.length === 0) return overlay(below, layer as ConfigurationLayer);
  const merged = merge(clearStages(below as Tree, clears(Object.keys(layer))), layer);

  const stages = Array.isArray(merged.stages) ? merged.stages.map((stage: Tree) => ({ ...stage })) : [];
  for (const { path, value } of [...perStage].sort((a, b) => Number(a.path[1]) - Number(b.path[1]))) {
    const [, index, key] = path as ['stages', number, string];
    if (index > stages.length)
      throw new InputError(`--set stages[${index}].${key}: there are ${stages.length} stages; set stages[${stages.length}] first`);
    stages[index] = { ...stages[index], [key]: value };
  }
  const lengthsChanged = perStage.some(({ path }) => path[2] === 'steps') && layer.steps === undefined;
  return { ...merged, ...(lengthsChanged ? { steps: null } : {}), stages } as ConfigurationLayer;
}
