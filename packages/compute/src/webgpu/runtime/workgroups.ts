/** Grids of workgroups: counts that exceed one dimension go on in the second. */

const PER_DIMENSION = 65535;

/** A grid of at least `count` workgroups; `workgroupIndex` numbers them. */
export function spread(count: number): [number, number, number] {
  if (count <= PER_DIMENSION) return [Math.max(1, count), 1, 1];
  const rows = Math.ceil(count / PER_DIMENSION);
  return [Math.ceil(count / rows), rows, 1];
}

/** WGSL: the number of the workgroup in a grid made by `spread`, from `group` (workgroup_id) and `grid` (num_workgroups). */
export const workgroupIndex = '(group.x + group.y * grid.x)';

/** WGSL: the number of the invocation in a grid made by `spread` of workgroups of `size`; `lane` is local_invocation_index. */
export function linearIndex(size: number): string {
  return `(${workgroupIndex} * ${size}u + lane)`;
}

/** WGSL: the arguments of an entry point that uses the above. */
export const gridArguments =
  '@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>, @builtin(local_invocation_index) lane: u32';
