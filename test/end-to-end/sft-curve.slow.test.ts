/** The recipe of the nano base learns at the pace of the same recipe in PyTorch: same fresh weights, same samples, every loss recorded. */
import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { or1Json, sets } from './or1.ts';
import { recordedLosses, SAMPLES_PER_STEP, STEPS, WARMUP_STEPS } from './oracles/sft-curve.ts';
import { eventsSoFar } from './run-files.ts';
import { scratchFolder } from './scratch.ts';

const scratch = scratchFolder('sft-curve');

describe.skipIf(!process.env.OR1_SLOW)('sft --preset nano-base', () => {
  test('has the losses that PyTorch has', async () => {
    const run = join(scratch, 'run');
    const size = sets(`steps=${STEPS}`, `samplesPerStep=${SAMPLES_PER_STEP}`, `warmupSteps=${WARMUP_STEPS}`);
    const { loss } = await or1Json<{ loss: { first: number; last: number } }>(['sft', '--preset', 'nano-base', '--out', run, ...size]);
    const events = (await eventsSoFar(run)).filter(({ event }) => event === 'sft-step-end');
    const losses = events.map((event) => event.loss as number);
    const recorded = await recordedLosses();
    expect(losses.length).toBe(recorded.length);
    // Rounding differs and training magnifies it, so later steps may lie a little further apart.
    losses.forEach((value, step) => {
      expect(Math.abs(value / recorded[step]! - 1), `step ${step + 1}: ${value} against ${recorded[step]}`).toBeLessThan(
        step < 20 ? 1e-4 : 1e-2,
      );
    });
    // Fresh weights know nothing of 60 symbols; the corpus is half learnt after its first third of a million tokens.
    expect(loss.first).toBeGreaterThan(Math.log(60));
    expect(loss.last).toBeLessThan(1.7);
  }, 400_000);
});
