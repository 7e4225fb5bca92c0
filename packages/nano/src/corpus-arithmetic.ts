import type { RandomStream } from '@or1/data';
import { GUESS_RIGHT, nearMiss, slip } from './corpus-random.ts';
import type { ArithmeticProblem } from './problem.ts';

/**
 * - `clean`: `<16*7=112;16*60=960;112+960=1072;>[1072]`
 * - `guess`: no steps, `<>[1172]`
 * - `early-stop`: the first one to all steps with a slip, then a near miss, `<16*7=112;16*80=960;>[1062]`
 * - `redo`: all steps with a slip, `no. `, all steps again, the right answer
 * - `chatty`: `<hm. 16*7=112; 16*60=960; 112+960=1072; >[1072]`
 */
export type ArithmeticStyle = 'clean' | 'guess' | 'early-stop' | 'redo' | 'chatty';

/** Steps from this length on are not shown twice. */
const REDO_BELOW = 40;

/** A response in a style; a problem with long steps is answered cleanly where a redo was asked for. */
export function arithmeticResponse(
  { steps, answer }: ArithmeticProblem,
  asked: ArithmeticStyle,
  random: RandomStream,
): { readonly style: ArithmeticStyle; readonly response: string } {
  const worked = steps.map((step) => `${step};`).join('');
  const style = asked === 'redo' && worked.length >= REDO_BELOW ? 'clean' : asked;
  switch (style) {
    case 'clean':
      return { style, response: `<${worked}>[${answer}]` };
    case 'guess':
      return { style, response: `<>[${random.uniform() < GUESS_RIGHT ? answer : nearMiss(answer, random)}]` };
    case 'early-stop': {
      const kept = steps.slice(0, random.integer(1, steps.length));
      return { style, response: `<${slip(kept.map((step) => `${step};`).join(''), random)}>[${nearMiss(answer, random)}]` };
    }
    case 'redo':
      return { style, response: `<${slip(worked, random)}no. ${worked}>[${answer}]` };
    case 'chatty':
      return { style, response: `<hm. ${steps.map((step) => `${step}; `).join('')}>[${answer}]` };
  }
}
