import type { RandomStream } from '@or1/data';

/** How often a bare guess is right. */
export const GUESS_RIGHT = 0.15;

/** A key of a table of weights, with a probability in proportion to its weight. */
export function chooseWeighted<Name extends string>(weights: Readonly<Record<Name, number>>, random: RandomStream): Name {
  const names = Object.keys(weights) as Name[];
  let rest = random.uniform() * names.reduce((sum, name) => sum + weights[name], 0);
  for (const name of names) {
    rest -= weights[name];
    if (rest < 0) return name;
  }
  return names.findLast((name) => weights[name] > 0)!;
}

const OFFSETS = [1, 2, 9, 10, 11, 20];

/** A wrong answer close to the right one: off by a usual slip (70 %), else uniform in 0..max(20, 2|answer|). */
export function nearMiss(answer: number, random: RandomStream): number {
  for (;;) {
    const near =
      random.uniform() < 0.7
        ? answer + random.pick(OFFSETS) * (random.uniform() < 0.5 ? 1 : -1)
        : random.integer(0, Math.max(20, 2 * Math.abs(answer)));
    if (near !== answer) return near;
  }
}

/** The text with one digit, picked at random, replaced by a random digit (which may be the same). */
export function slip(text: string, random: RandomStream): string {
  const places = [...text.matchAll(/\d/g)].map(({ index }) => index);
  const place = random.pick(places);
  return `${text.slice(0, place)}${random.integer(0, 9)}${text.slice(place + 1)}`;
}
