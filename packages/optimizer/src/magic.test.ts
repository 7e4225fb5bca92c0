import { describe, expect, test } from 'bun:test';
import {
  adamW,
  assemblePolicyStep,
  controllerEntropy,
  createAdamWState,
  decideUpdate,
  EntropyController,
  type EntropySettings,
  lossReport,
  planOptimizerSteps,
  REPORT_ADAM_W,
  REPORT_SETTINGS,
  selectGroups,
  tokenWeights,
  weightsKnownBeforehand,
} from './index.ts';
import { uniforms } from './testing/random-scenario.ts';
import { entropyOf, logitGradient, softmax } from './testing/written-loss.ts';

const PROMPTS = 6;
const POSITIONS = 3;
const SYMBOLS = 5;
const SAMPLES = 8;

interface Run {
  readonly rewards: number[];
  readonly entropies: number[];
  readonly alphas: number[];
  readonly maxDeviation: number;
}

function drawFrom(probabilities: readonly number[], uniform: number): number {
  let cumulative = 0;
  const drawn = probabilities.findIndex((p) => {
    cumulative += p;
    return uniform < cumulative;
  });
  return Math.max(0, drawn);
}

/**
 * The whole algorithm on a table of logits [prompt, position, symbol]: a response is right when at least two of its three symbols are the
 * prompt's. Any other symbol may stand in the third place, so entropy need not vanish.
 */
function train(trainingSteps: number, parts: { miniBatches: number; reuse: number; entropy: EntropySettings }): Run {
  const uniform = uniforms(5);
  const parameters = Float64Array.from({ length: PROMPTS * POSITIONS * SYMBOLS }, () => 0.2 * uniform());
  const moments = createAdamWState(parameters);
  const controller = new EntropyController(parts.entropy);
  const run = { rewards: [] as number[], entropies: [] as number[], alphas: [] as number[], maxDeviation: 0 };
  const logitsAt = (prompt: number, position: number) => {
    const start = (prompt * POSITIONS + position) * SYMBOLS;
    return [...parameters.subarray(start, start + SYMBOLS)];
  };

  for (let trainingStep = 0; trainingStep < trainingSteps; trainingStep++) {
    const groups = Array.from({ length: PROMPTS }, (_, prompt) =>
      Array.from({ length: SAMPLES }, () => {
        const actions = Array.from({ length: POSITIONS }, (_, position) => {
          return drawFrom(softmax(logitsAt(prompt, position)), uniform());
        });
        const correct = actions.filter((action) => action === prompt % SYMBOLS).length >= 2;
        return {
          prompt,
          actions,
          logProbabilities: Float64Array.from(actions, (action, position) => Math.log(softmax(logitsAt(prompt, position))[action]!)),
          entropies: Float64Array.from(actions, (_, position) => entropyOf(logitsAt(prompt, position))),
          judged: { reward: correct ? 1 : 0, correct, truncated: false, tokens: POSITIONS },
        };
      }),
    );
    const responses = groups.flat();
    run.rewards.push(responses.filter((response) => response.judged.correct).length / responses.length);
    const selection = selectGroups(
      groups.map((group) => group.map((response) => response.judged)),
      REPORT_SETTINGS,
    );
    if (selection.empty) continue;
    const keptResponses = selection.kept.flatMap((group) => groups[group]!);
    const entropy = controllerEntropy(parts.entropy.mode, keptResponses);
    const alpha = controller.begin(entropy);
    run.entropies.push(entropy);
    run.alphas.push(alpha);

    const plan = planOptimizerSteps({
      groups: selection.kept,
      miniBatches: parts.miniBatches,
      reuse: parts.reuse,
      partition: { kind: 'even' },
      shuffle: null,
    });
    for (const use of plan) {
      const used = use.flatMap((group) =>
        groups[group]!.map((response, j) => ({ ...response, advantage: selection.advantages[group]![j]! })),
      );
      const step = assemblePolicyStep(
        used.map(({ advantage, logProbabilities }) => ({
          tokens: POSITIONS,
          advantage,
          old: plan.length === 1 ? null : logProbabilities,
          sampler: logProbabilities,
          reference: null,
        })),
        { entropyCoefficient: alpha, normalization: { kind: 'report' } },
      );
      const tokens = used.flatMap(({ prompt, actions }) =>
        actions.map((action, position) => ({ logits: logitsAt(prompt, position), action, row: prompt * POSITIONS + position })),
      );
      const scores = {
        logProbabilities: Float64Array.from(tokens, ({ logits, action }) => Math.log(softmax(logits)[action]!)),
        entropies: Float64Array.from(tokens, ({ logits }) => entropyOf(logits)),
      };
      const weights = tokenWeights(step, REPORT_SETTINGS, weightsKnownBeforehand(step, REPORT_SETTINGS) ? null : scores.logProbabilities);
      const gradients = new Float64Array(parameters.length);
      tokens.forEach(({ logits, action, row }, index) => {
        const constants = { old: 0, sampler: 0, reference: 0 };
        logitGradient({ logits, action, ...constants }, weights.logProbability[index]!, weights.entropy[index]!).forEach((value, v) => {
          gradients[row * SYMBOLS + v]! += value;
        });
      });
      const report = lossReport(step, REPORT_SETTINGS, scores);
      if (plan.length === 1) run.maxDeviation = Math.max(run.maxDeviation, report.mismatch!.maxDeviation);
      const decision = decideUpdate(Math.sqrt(gradients.reduce((sum, value) => sum + value * value, 0)), REPORT_ADAM_W.gradientClip);
      if (decision.action === 'skip') throw new Error(decision.reason);
      adamW(parameters, gradients, moments, { ...REPORT_ADAM_W, learningRate: 0.04, gradientScale: decision.gradientScale });
    }
    controller.end();
  }
  return run;
}

const off: EntropySettings = { mode: 'off', target: 0.2, delta: 0.005, min: 0, max: null, coefficient: 0 };
const tail = (values: readonly number[], count: number) => values.slice(-count).reduce((sum, value) => sum + value, 0) / count;

describe('MAGIC on a table of logits', () => {
  test('strictly on-policy it raises the reward, and sampler equals learner', () => {
    const run = train(150, { miniBatches: 1, reuse: 1, entropy: off });
    expect(run.rewards[0]).toBeLessThan(0.4);
    expect(tail(run.rewards, 10)).toBeGreaterThan(0.95);
    expect(run.maxDeviation).toBe(0);
  });

  test('with mini-batches and reuse it learns in fewer training steps', () => {
    const offPolicy = train(40, { miniBatches: 2, reuse: 2, entropy: off });
    const onPolicy = train(40, { miniBatches: 1, reuse: 1, entropy: off });
    expect(tail(offPolicy.rewards, 10)).toBeGreaterThan(tail(onPolicy.rewards, 10));
  });

  for (const mode of ['adaptive-paper', 'adaptive-released'] as const) {
    test(`${mode}: entropy stays near the target that free training falls through`, () => {
      const free = train(150, { miniBatches: 1, reuse: 1, entropy: off });
      const held = train(150, { miniBatches: 1, reuse: 1, entropy: { ...off, mode, target: 0.6, delta: 0.05, max: 1 } });
      expect(tail(free.entropies, 20)).toBeLessThan(0.4);
      expect(Math.abs(tail(held.entropies, 20) - 0.6)).toBeLessThan(0.12);
      expect(tail(held.rewards, 20)).toBeGreaterThan(0.9);
    });
  }
});
