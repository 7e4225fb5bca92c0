/**
 * Division and roots that do not depend on how exact an adapter's own are: WGSL allows its quotient 2.5 units in the last place and its
 * inverse root 2; one Newton step with fused multiply-adds brings both below one.
 */
export const quotientFunction = `
fn quotient(a: f32, b: f32) -> f32 {
  let inverse = 1f / b;
  let first = a * inverse;
  return fma(fma(-first, b, a), inverse, first);
}
`;

export const inverseRootFunction = `
fn inverseRoot(x: f32) -> f32 {
  let first = inverseSqrt(x);
  return fma(0.5f * first, fma(-(x * first), first, 1f), first);
}
`;

export const rootFunction = `
fn root(x: f32) -> f32 {
  let first = sqrt(x);
  if (first == 0f) { return 0f; }
  return fma(fma(-first, first, x), 0.5f / first, first);
}
`;

/** WGSL: the sum of \`name\`[0 … size) of workgroup memory by halves, left in \`name\`[0]; to be called by all \`size\` invocations. */
export function treeSum(size: number, ...names: readonly string[]): string {
  const steps: string[] = ['workgroupBarrier();'];
  for (let half = size / 2; half >= 1; half /= 2) {
    const sums = names.map((name) => `${name}[lane] += ${name}[lane + ${half}u];`).join(' ');
    steps.push(`if (lane < ${half}u) { ${sums} }`, 'workgroupBarrier();');
  }
  return steps.join('\n  ');
}
