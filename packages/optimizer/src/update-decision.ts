export type UpdateDecision =
  | { readonly action: 'apply'; readonly gradientNorm: number; readonly gradientScale: number; readonly clipped: boolean }
  | { readonly action: 'skip'; readonly gradientNorm: number; readonly reason: string };

/** Keeps the scale finite at a norm of 0; the same guard as in PyTorch's `clip_grad_norm_`, so that the two agree. */
const NORM_GUARD = 1e-6;

/**
 * What to do with a gradient of this global L2 norm: scale it so that its norm is at most `gradientClip` (0 switches clipping off), or
 * skip the update when the norm is not finite. One bad gradient would otherwise poison weights and moments for good.
 *
 * @throws RangeError when `gradientClip` is negative or not a number.
 */
export function decideUpdate(gradientNorm: number, gradientClip: number): UpdateDecision {
  if (!(gradientClip >= 0)) throw new RangeError(`gradientClip is ${gradientClip}: it must be 0 (off) or positive`);
  if (!Number.isFinite(gradientNorm)) return { action: 'skip', gradientNorm, reason: `the gradient norm is ${gradientNorm}` };
  const scale = gradientClip === 0 ? 1 : Math.min(1, gradientClip / (gradientNorm + NORM_GUARD));
  return { action: 'apply', gradientNorm, gradientScale: scale, clipped: scale < 1 };
}
