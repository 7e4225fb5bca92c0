/**
 * The smallest policy that the whole trainer can run on: a table of logits by prompt and position, f32 like a network's parameters, with
 * its own softmax, gradient and AdamW. A run of it takes milliseconds and is the same bit for bit every time.
 */
import { type AdamWStep, randomWords } from '@or1/compute';
import type { Learner, LearnerOptions, TokenScores, TokenWeights, TrainingGroup } from '@or1/model';
import type { GenerationRequest, GenerationResult, Rollout, RolloutEngine } from '@or1/rollout';
import { readBytes, writeFileAside } from '../files.ts';
import type { Policy } from '../ports.ts';

/** Letters `a` … and, last, the stop token. */
export const BANDIT_VOCABULARY = 6;
export const BANDIT_STOP = BANDIT_VOCABULARY - 1;
/** Positions with logits of their own; later ones share the last. */
const POSITIONS = 3;
const BARRED = -1e30;
/** Makes most responses end by themselves within the few tokens that a test samples. */
const STOP_LOGIT = 2;

export interface BanditOptions {
  /** Prompts are single tokens 0 … prompts - 1. */
  readonly prompts: number;
  /** Waits this long after each generated prompt, so that a test can kill in between. */
  readonly delayMs?: number;
  /** Added to every log-probability that the sampler reports: a sampler that differs from the learner. */
  readonly samplerOffset?: number;
  readonly exactSampler?: boolean;
  /** Starts from these logits; by default all are 0 but that of the stop token after the first position. */
  readonly logits?: Float32Array;
}

export interface BanditPolicy extends Policy {
  readonly logits: Float32Array;
  readonly gradients: Float32Array;
}

interface Distribution {
  readonly probabilities: Float64Array;
  readonly logProbabilities: Float64Array;
  readonly entropy: number;
}

function distribution(row: Float32Array, { temperature, suppressTokens }: LearnerOptions): Distribution {
  const scaled = Float64Array.from(row, (logit, token) => (suppressTokens.includes(token) ? BARRED : logit / temperature));
  const top = scaled.reduce((a, b) => Math.max(a, b));
  const logSum = top + Math.log(scaled.reduce((sum, value) => sum + Math.exp(value - top), 0));
  const logProbabilities = scaled.map((value) => value - logSum);
  const probabilities = logProbabilities.map(Math.exp);
  const entropy = probabilities.reduce((sum, p, token) => (p > 0 ? sum - p * logProbabilities[token]! : sum), 0);
  return { probabilities, logProbabilities, entropy };
}

function sampleToken(probabilities: Float64Array, uniform: number): number {
  let sum = 0;
  for (let token = 0; token < probabilities.length; token++) {
    sum += probabilities[token]!;
    if (uniform < sum) return token;
  }
  return probabilities.findLastIndex((p) => p > 0);
}

function initialLogits(size: number): Float32Array {
  const isLateStop = (index: number) => index % BANDIT_VOCABULARY === BANDIT_STOP && Math.floor(index / BANDIT_VOCABULARY) % POSITIONS > 0;
  return Float32Array.from({ length: size }, (_, index) => (isLateStop(index) ? STOP_LOGIT : 0));
}

/** A policy that has not been trained. */
export function createBanditPolicy(options: BanditOptions): BanditPolicy {
  const size = options.prompts * POSITIONS * BANDIT_VOCABULARY;
  const logits = options.logits?.slice() ?? initialLogits(size);
  const gradients = new Float32Array(size);
  const first = new Float32Array(size);
  const second = new Float32Array(size);
  const rowAt = (prompt: number, position: number) => (prompt * POSITIONS + Math.min(position, POSITIONS - 1)) * BANDIT_VOCABULARY;
  const distributionAt = (row: number, how: LearnerOptions) => distribution(logits.subarray(row, row + BANDIT_VOCABULARY), how);

  function scoreGroups(groups: readonly TrainingGroup[], how: LearnerOptions): TokenScores {
    const logProbabilities: number[] = [];
    const entropies: number[] = [];
    for (const { prompt, responses } of groups) {
      for (const response of responses) {
        response.forEach((token, position) => {
          const at = distributionAt(rowAt(prompt[0]!, position), how);
          logProbabilities.push(at.logProbabilities[token]!);
          entropies.push(at.entropy);
        });
      }
    }
    return { logProbabilities: Float32Array.from(logProbabilities), entropies: Float32Array.from(entropies) };
  }

  function addGradients(groups: readonly TrainingGroup[], how: LearnerOptions, weights: TokenWeights): void {
    let index = 0;
    for (const { prompt, responses } of groups) {
      for (const response of responses) {
        response.forEach((token, position) => {
          const row = rowAt(prompt[0]!, position);
          const { probabilities, logProbabilities, entropy } = distributionAt(row, how);
          const byLogProbability = weights.logProbability[index]!;
          const byEntropy = weights.entropy[index]!;
          for (let j = 0; j < BANDIT_VOCABULARY; j++) {
            const p = probabilities[j]!;
            const ofLogProbability = (j === token ? 1 : 0) - p;
            const ofEntropy = p > 0 ? -p * (logProbabilities[j]! + entropy) : 0;
            const gradient = (byLogProbability * ofLogProbability + byEntropy * ofEntropy) / how.temperature;
            gradients[row + j] = gradients[row + j]! + gradient;
          }
          index++;
        });
      }
    }
  }

  const learner: Learner = {
    parameterCount: size,
    score: async (groups, how) => scoreGroups(groups, how),
    async accumulate(groups, how, weights) {
      const scores = scoreGroups(groups, how);
      // One micro-batch a group, as a network would take them.
      let start = 0;
      for (const group of groups) {
        const end = start + group.responses.reduce((sum, response) => sum + response.length, 0);
        const part = { logProbabilities: scores.logProbabilities.slice(start, end), entropies: scores.entropies.slice(start, end) };
        const known =
          typeof weights === 'function'
            ? weights(part, { start, end })
            : { logProbability: weights.logProbability.slice(start, end), entropy: weights.entropy.slice(start, end) };
        addGradients([group], how, known);
        start = end;
      }
      return scores;
    },
    zeroGradients: () => void gradients.fill(0),
    gradientNorm: async () => Math.sqrt(gradients.reduce((sum, value) => sum + value * value, 0)),
    applyAdamW(step: AdamWStep) {
      for (let index = 0; index < size; index++) {
        const gradient = gradients[index]! * step.gradientScale;
        first[index] = step.beta1 * first[index]! + (1 - step.beta1) * gradient;
        second[index] = step.beta2 * second[index]! + (1 - step.beta2) * gradient * gradient;
        const update = first[index]! / step.correction1 / (Math.sqrt(second[index]! / step.correction2) + step.epsilon);
        logits[index] = logits[index]! * (1 - step.learningRate * step.weightDecay) - step.learningRate * update;
      }
    },
  };

  const engine: RolloutEngine = {
    async generate(request: GenerationRequest): Promise<GenerationResult> {
      const rollouts: Rollout[] = [];
      const start = performance.now();
      for (const [index, prompt] of request.prompts.entries()) {
        await new Promise((resolve) => setTimeout(resolve, options.delayMs ?? 0));
        request.signal?.throwIfAborted();
        for (let sample = 0; sample < request.samplesPerPrompt; sample++) {
          const rollout = sampleResponse(request, prompt, index, sample);
          rollouts.push(rollout);
          request.onRollout?.(rollout);
        }
        const generatedTokens = rollouts.reduce((sum, rollout) => sum + rollout.tokens.length, 0);
        const total = request.prompts.length * request.samplesPerPrompt;
        request.onProgress?.({ finished: rollouts.length, total, generatedTokens, elapsedMs: performance.now() - start });
      }
      return {
        rollouts,
        promptTokens: request.prompts.length,
        generatedTokens: rollouts.reduce((sum, rollout) => sum + rollout.tokens.length, 0),
        prefillMs: 0,
        decodeMs: performance.now() - start,
      };
    },
  };

  function sampleResponse(
    request: GenerationRequest,
    prompt: GenerationRequest['prompts'][number],
    index: number,
    sample: number,
  ): Rollout {
    const { temperature } = request.sampling;
    const how = { temperature: temperature === 0 ? 1 : temperature, suppressTokens: request.suppressTokens };
    const tokens: number[] = [];
    const logProbabilities: number[] = [];
    const entropies: number[] = [];
    while (tokens.length < request.contextLength && !request.stopTokens.includes(tokens.at(-1) ?? -1)) {
      const at = distributionAt(rowAt(prompt.tokens[0]!, tokens.length), how);
      const [word] = randomWords({ seed: request.seed, step: request.step, prompt: prompt.key, sample, token: tokens.length });
      const greedy = at.probabilities.indexOf(at.probabilities.reduce((a, b) => Math.max(a, b)));
      const token = temperature === 0 ? greedy : sampleToken(at.probabilities, word / 2 ** 32);
      tokens.push(token);
      logProbabilities.push(at.logProbabilities[token]! + (options.samplerOffset ?? 0));
      entropies.push(at.entropy);
    }
    return {
      prompt: index,
      sample,
      tokens: Uint32Array.from(tokens),
      logProbabilities: Float32Array.from(logProbabilities),
      entropies: Float32Array.from(entropies),
      finish: request.stopTokens.includes(tokens.at(-1)!) ? 'stop' : 'length',
    };
  }

  return {
    logits,
    gradients,
    learner,
    engine,
    text: {
      encodePrompt: (messages) => Uint32Array.of(Number(messages[0]!.content)),
      decode: (tokens) =>
        [...tokens]
          .filter((token) => token !== BANDIT_STOP)
          .map((token) => String.fromCharCode(97 + token))
          .join(''),
    },
    stopTokens: [BANDIT_STOP],
    suppressTokens: [],
    exactSampler: options.exactSampler ?? true,
    device: { description: 'table of logits', threads: 1 },
    store: {
      async save(folder) {
        await writeFileAside(`${folder}/model.bin`, new Uint8Array(logits.buffer));
        const both = Float32Array.from([...first, ...second]);
        await writeFileAside(`${folder}/trainer/moments.bin`, new Uint8Array(both.buffer));
      },
      async load(folder) {
        logits.set(new Float32Array((await readBytes(`${folder}/model.bin`)).buffer));
        const both = new Float32Array((await readBytes(`${folder}/trainer/moments.bin`)).buffer);
        first.set(both.subarray(0, size));
        second.set(both.subarray(size));
      },
    },
  };
}
