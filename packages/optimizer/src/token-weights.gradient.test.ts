import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { type GroupSelection, selectGroups } from './group-selection.ts';
import { lossReport } from './loss-report.ts';
import { planOptimizerSteps } from './optimizer-steps.ts';
import { assemblePolicyStep, type LossSettings, type PolicyStep } from './policy-step.ts';
import { REPORT_SETTINGS } from './report-defaults.ts';
import { nearKink, onPolicy, randomGroups, scoresOf } from './testing/random-scenario.ts';
import { finiteDifferences, logitGradient, type WrittenOptions, type WrittenResponse, writtenLoss } from './testing/written-loss.ts';
import { tokenWeights, weightsKnownBeforehand } from './token-weights.ts';

/** The package's own path from judged groups to a step, for the groups in `use` (indices into `groups`). */
function packageStep(
  groups: readonly (readonly WrittenResponse[])[],
  selection: GroupSelection,
  use: readonly number[],
  options: WrittenOptions,
  strictlyOnPolicy: boolean,
): { step: PolicyStep; settings: LossSettings } {
  const responses = use.flatMap((group) =>
    groups[group]!.map((response, j) => ({
      tokens: response.tokens.length,
      advantage: selection.advantages[group]![j]!,
      old: strictlyOnPolicy ? null : Float64Array.from(response.tokens, (token) => token.old),
      sampler: Float64Array.from(response.tokens, (token) => token.sampler),
      reference: options.beta === 0 ? null : Float64Array.from(response.tokens, (token) => token.reference),
    })),
  );
  const step = assemblePolicyStep(responses, {
    entropyCoefficient: options.alpha,
    normalization:
      options.released === null
        ? { kind: 'report' }
        : { kind: 'released', microBatches: options.released.microBatches, nominalResponses: options.released.nominal },
  });
  const settings = {
    clip: { low: options.clipLow, high: options.clipHigh },
    kl: { beta: options.beta },
    importance: { cap: options.cap },
    covariance: null,
  };
  return { step, settings };
}

function select(groups: readonly (readonly WrittenResponse[])[], options: WrittenOptions): GroupSelection {
  const judged = groups.map((group) =>
    group.map(({ reward, truncated, tokens }) => ({ reward, correct: reward === 1, truncated, tokens: tokens.length })),
  );
  return selectGroups(judged, { ...REPORT_SETTINGS, advantage: { normalize: options.normalize }, truncation: options.mask });
}

/** Compares the package's weights, sent through a softmax, with finite differences of the written loss. */
function compareGradients(kept: WrittenResponse[][], step: PolicyStep, settings: LossSettings, options: WrittenOptions): void {
  const scores = scoresOf(kept);
  const weights = tokenWeights(step, settings, weightsKnownBeforehand(step, settings) ? null : scores.logProbabilities);
  const expected = finiteDifferences(kept, options);
  kept
    .flat()
    .flatMap((response) => response.tokens)
    .forEach((token, index) => {
      const actual = logitGradient(token, weights.logProbability[index]!, weights.entropy[index]!);
      actual.forEach((value, v) => {
        expect(Math.abs(value - expected[index]![v]!)).toBeLessThan(1e-6 * (1 + Math.abs(value)));
      });
    });
  const report = lossReport(step, settings, scores);
  expect(report.loss).toBeCloseTo(writtenLoss(kept, options), 10);
  expect(report.loss).toBeCloseTo(report.policyLoss + report.entropyLoss + report.klLoss, 12);
}

/** Every choice of every option with every choice of the others. */
function combinations(): (Omit<WrittenOptions, 'released'> & { strictlyOnPolicy: boolean; released: boolean })[] {
  return [true, false].flatMap((strictlyOnPolicy) =>
    [0.2, 0.28].flatMap((clipHigh) =>
      [0, 0.07].flatMap((beta) =>
        [null, 1.1].flatMap((cap) =>
          [0, 0.03].flatMap((alpha) =>
            (['none', 'before', 'after'] as const).flatMap((mask) =>
              [true, false].flatMap((normalize) =>
                [true, false].map((released) => ({
                  strictlyOnPolicy,
                  clipLow: 0.2,
                  clipHigh,
                  beta,
                  cap,
                  alpha,
                  mask,
                  normalize,
                  released,
                })),
              ),
            ),
          ),
        ),
      ),
    ),
  );
}

/** Micro-batches of one and two responses in turn; the nominal count stands above the kept one, as after a rejection. */
function releasedPartition(responses: number): { microBatches: number[]; nominal: number } {
  const microBatches: number[] = [];
  for (let left = responses; left > 0; left -= microBatches.at(-1)!) microBatches.push(Math.min(left, 1 + (microBatches.length % 2)));
  return { microBatches, nominal: responses + 3 };
}

describe('token weights are the derivative of the written-out loss', () => {
  for (const mask of ['none', 'before', 'after'] as const) {
    for (const strictlyOnPolicy of [true, false]) {
      const cases = combinations().filter((entry) => entry.mask === mask && entry.strictlyOnPolicy === strictlyOnPolicy);
      test(`mask ${mask}, ${strictlyOnPolicy ? 'strictly on-policy' : 'off-policy'}: ${cases.length} combinations`, () => {
        for (const { strictlyOnPolicy: _, released, ...shared } of cases) {
          const property = fc.property(fc.nat(), (seed) => {
            const groups = strictlyOnPolicy ? onPolicy(randomGroups(seed)) : randomGroups(seed);
            const selection = select(groups, { ...shared, released: null });
            fc.pre(!selection.empty);
            const kept = selection.kept.map((group) => groups[group]!);
            const options = { ...shared, released: released ? releasedPartition(kept.flat().length) : null };
            fc.pre(!nearKink(kept, options));
            const { step, settings } = packageStep(groups, selection, selection.kept, options, strictlyOnPolicy);
            compareGradients(kept, step, settings, options);
          });
          fc.assert(property, { numRuns: 3 });
        }
      });
    }
  }

  test('through mini-batches and passes: every optimizer step has its own token count, old policy and moved weights', () => {
    const options: WrittenOptions = {
      normalize: true,
      mask: 'none',
      clipLow: 0.2,
      clipHigh: 0.25,
      beta: 0.05,
      cap: 1.5,
      alpha: 0.01,
      released: null,
    };
    const property = fc.property(fc.nat(), (seed) => {
      const groups = onPolicy([...randomGroups(seed), ...randomGroups(seed + 1)]);
      const selection = select(groups, options);
      const plan = planOptimizerSteps({
        groups: selection.kept,
        miniBatches: 2,
        reuse: 2,
        partition: { kind: 'even' },
        shuffle: { seed, step: 3 },
      });
      for (const use of plan) {
        const batch = use.map((group) => groups[group]!);
        fc.pre(!nearKink(batch, options));
        const { step, settings } = packageStep(groups, selection, use, options, false);
        expect(step.tokens).toBe(batch.flat().reduce((sum, response) => sum + response.tokens.length, 0));
        compareGradients(batch, step, settings, options);
        // A plain gradient step, so that the next optimizer step is off-policy.
        const gradients = finiteDifferences(batch, options);
        batch
          .flat()
          .flatMap((response) => response.tokens)
          .forEach((token, index) => {
            token.logits.forEach((logit, v) => {
              token.logits[v] = logit - 5 * gradients[index]![v]!;
            });
          });
      }
    });
    fc.assert(property, { numRuns: 15 });
  });
});
