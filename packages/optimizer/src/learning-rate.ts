export type LearningRateSchedule =
  | { readonly kind: 'constant'; readonly peak: number; readonly warmUpSteps: number }
  | {
      readonly kind: 'cosine';
      readonly peak: number;
      readonly warmUpSteps: number;
      /** The floor is reached at this step and held after it. */
      readonly totalSteps: number;
      /** Final rate as a share of the peak (0..1). */
      readonly floor: number;
    };

/**
 * Learning rate of optimizer step 0, 1, 2, … Warm-up is linear and never 0: step s of w has (s + 1) / w of the peak. `constant` then
 * stays (the report, without warm-up); `cosine` falls by half a period from the peak at step w to floor * peak at `totalSteps`.
 *
 * @throws RangeError for a schedule out of range.
 */
export function learningRateAt(schedule: LearningRateSchedule, step: number): number {
  const { peak, warmUpSteps } = schedule;
  if (!(peak >= 0 && Number.isFinite(peak))) throw new RangeError(`learning rate ${peak} must be a finite number, 0 or more`);
  if (!(warmUpSteps >= 0)) throw new RangeError(`warm-up of ${warmUpSteps} steps: it must be 0 or more`);
  if (!(step >= 0)) throw new RangeError(`optimizer step ${step}: steps are numbered from 0`);
  if (schedule.kind === 'cosine') {
    const { totalSteps, floor } = schedule;
    if (!(totalSteps > warmUpSteps)) throw new RangeError(`a cosine over ${totalSteps} steps leaves none after ${warmUpSteps} of warm-up`);
    if (!(floor >= 0 && floor <= 1)) throw new RangeError(`cosine floor ${floor} must be a share between 0 and 1`);
  }
  if (step < warmUpSteps) return (peak * (step + 1)) / warmUpSteps;
  if (schedule.kind === 'constant') return peak;

  const { totalSteps, floor } = schedule;
  if (step >= totalSteps) return peak * floor;
  const progress = (step - warmUpSteps) / (totalSteps - warmUpSteps);
  return peak * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
