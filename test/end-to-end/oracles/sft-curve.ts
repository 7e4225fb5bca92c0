/** The small run of the `nano-base` recipe that `sft_curve.py` has made in PyTorch too. */
export const STEPS = 60;
export const SAMPLES_PER_STEP = 128;
export const WARMUP_STEPS = 10;

/** Loss of every step, as PyTorch computed it. */
export async function recordedLosses(): Promise<readonly number[]> {
  const { losses } = (await Bun.file(new URL('./sft-curve.json', import.meta.url)).json()) as { losses: readonly number[] };
  return losses;
}
