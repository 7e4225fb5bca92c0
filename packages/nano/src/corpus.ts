import { deriveKey, RandomStream } from '@or1/data';
import { type ArithmeticStyle, arithmeticResponse } from './corpus-arithmetic.ts';
import { type CountdownStyle, countdownResponse } from './corpus-countdown.ts';
import { chooseWeighted } from './corpus-random.ts';
import { arithmeticFamilies, type Family, isCountdown } from './problem.ts';
import { drawProblem } from './problem-source.ts';

/** How often each style of answer is shown; the shares of a table are relative weights. */
export interface CorpusMix {
  /** Share of samples that are Countdown; the others are arithmetic, six families in equal shares. */
  readonly countdownShare: number;
  /** Share of four-number problems among the Countdown samples. */
  readonly fourNumberShare: number;
  readonly arithmetic: Readonly<Record<ArithmeticStyle, number>>;
  readonly countdown: Readonly<Record<CountdownStyle, number>>;
  /** Longest response, its end token included; searches stop in time to fit. */
  readonly maxResponseTokens: number;
}

/** Styles of different reliability side by side, so that RL has something to choose from. */
export const mixedCorpus: CorpusMix = {
  countdownShare: 0.55,
  fourNumberShare: 0.5,
  arithmetic: { guess: 0.3, 'early-stop': 0.25, redo: 0.15, chatty: 0.1, clean: 0.2 },
  countdown: { guess: 0.25, 'give-up': 0.25, 'false-success': 0.1, search: 0.35, 'chatty-search': 0.05 },
  maxResponseTokens: 160,
};

/** Clean steps, and in Countdown a search that ends with the solution. */
export const cleanCorpus: CorpusMix = {
  countdownShare: 0.55,
  fourNumberShare: 0.5,
  arithmetic: { guess: 0, 'early-stop': 0, redo: 0, chatty: 0, clean: 1 },
  countdown: { guess: 0, 'give-up': 0, 'false-success': 0, search: 1, 'chatty-search': 0 },
  maxResponseTokens: 160,
};

/** One supervised sample: the prompt, and the response without its end token (a token is a character). */
export interface CorpusSample {
  readonly family: Family;
  readonly style: ArithmeticStyle | CountdownStyle;
  readonly prompt: string;
  readonly response: string;
}

/** The sample at an index of the endless corpus of a seed: a pure function. Its problems are never held-out ones. */
export function corpusSample(mix: CorpusMix, seed: number, index: number): CorpusSample {
  const random = new RandomStream(deriveKey(seed, 0x636f7270, index));
  const family: Family =
    random.uniform() < mix.countdownShare
      ? random.uniform() < mix.fourNumberShare
        ? 'countdown/4'
        : 'countdown/3'
      : random.pick(arithmeticFamilies);
  const problem = drawProblem(family, 'train', random);
  if (isCountdown(problem)) {
    const style = chooseWeighted(mix.countdown, random);
    return { family, style, prompt: problem.prompt, response: countdownResponse(problem, style, mix.maxResponseTokens, random) };
  }
  const style = chooseWeighted(mix.arithmetic, random);
  return { family, prompt: problem.prompt, ...arithmeticResponse(problem, style, random) };
}
