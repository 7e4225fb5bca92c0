import type { RandomStream } from '@or1/data';
import type { ArithmeticFamily, ArithmeticProblem } from './problem.ts';

type Draw = (random: RandomStream) => Omit<ArithmeticProblem, 'family'>;

/** All numbers uniform in the stated ranges, both ends included. */
const draws: Readonly<Record<ArithmeticFamily, Draw>> = {
  /** `5372+1089?`, column by column from the right: digit + digit + carry. */
  'arithmetic/add': (random) => {
    const a = random.integer(10, 9999);
    const b = random.integer(10, 9999);
    const columns = Math.max(String(a).length, String(b).length);
    const steps: string[] = [];
    let carry = 0;
    for (let column = 0; column < columns; column++) {
      const left = digitAt(a, column);
      const right = digitAt(b, column);
      const sum = left + right + carry;
      steps.push(`${left}+${right}+${carry}=${sum}`);
      carry = sum >= 10 ? 1 : 0;
    }
    return { prompt: `${a}+${b}?`, key: unordered('+', a, b), steps, answer: a + b };
  },

  /** `16*67?`, by the ones and the tens of the second factor. */
  'arithmetic/multiply': (random) => {
    const a = random.integer(11, 99);
    const b = random.integer(11, 99);
    const ones = b % 10;
    const tens = b - ones;
    const steps = [`${a}*${ones}=${a * ones}`, `${a}*${tens}=${a * tens}`, `${a * ones}+${a * tens}=${a * b}`];
    return { prompt: `${a}*${b}?`, key: unordered('*', a, b), steps, answer: a * b };
  },

  /** `(57+52)*6-47?`, from the inside outwards; the answer may be negative. */
  'arithmetic/expression': (random) => {
    const a = random.integer(2, 99);
    const b = random.integer(2, 99);
    const c = random.integer(2, 9);
    const d = random.integer(2, 99);
    const sum = a + b;
    const product = sum * c;
    const steps = [`${a}+${b}=${sum}`, `${sum}*${c}=${product}`, `${product}-${d}=${product - d}`];
    return { prompt: `(${a}+${b})*${c}-${d}?`, key: `(${unordered('+', a, b)})*${c}-${d}`, steps, answer: product - d };
  },

  /** `984%14?`: the largest multiple, then what is left. */
  'arithmetic/remainder': (random) => {
    const a = random.integer(100, 999);
    const b = random.integer(3, 19);
    const quotient = Math.floor(a / b);
    const steps = [`${b}*${quotient}=${b * quotient}`, `${a}-${b * quotient}=${a % b}`];
    return { prompt: `${a}%${b}?`, key: `${a}%${b}`, steps, answer: a % b };
  },

  /** `12x+8=620. x?`: subtract, then divide. */
  'arithmetic/linear': (random) => {
    const coefficient = random.integer(2, 12);
    const x = random.integer(2, 60);
    const constant = random.integer(1, 99);
    const total = coefficient * x + constant;
    const steps = [`${total}-${constant}=${coefficient * x}`, `${coefficient * x}/${coefficient}=${x}`];
    return { prompt: `${coefficient}x+${constant}=${total}. x?`, key: `${coefficient}x+${constant}=${total}`, steps, answer: x };
  },

  /** `gcd(42,78)?` by Euclid's remainders, the larger number first. */
  'arithmetic/gcd': (random) => {
    const factor = random.integer(2, 12);
    const a = factor * random.integer(2, 15);
    const b = factor * random.integer(2, 15);
    const steps: string[] = [];
    let large = Math.max(a, b);
    let small = Math.min(a, b);
    while (small > 0) {
      const rest = large % small;
      steps.push(`${large}%${small}=${rest}`);
      large = small;
      small = rest;
    }
    return { prompt: `gcd(${a},${b})?`, key: `gcd ${unordered(',', a, b)}`, steps, answer: large };
  },
};

/** A random problem of an arithmetic family, from either side of the held-out split. */
export function drawArithmetic(family: ArithmeticFamily, random: RandomStream): ArithmeticProblem {
  return { family, ...draws[family](random) };
}

function digitAt(value: number, column: number): number {
  return Math.floor(value / 10 ** column) % 10;
}

function unordered(separator: string, a: number, b: number): string {
  return `${Math.min(a, b)}${separator}${Math.max(a, b)}`;
}
