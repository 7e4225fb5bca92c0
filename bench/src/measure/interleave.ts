/**
 * Repetitions in turns: every contender is measured once a round, and the rounds follow each other. A machine that slows down for a
 * while (another program, a lower clock) slows all of them, so their ratios hold where figures taken one after the other would not.
 */

/** Measures once and returns a rate: more is better. */
export type Contender = () => number | Promise<number>;

export interface Summary {
  readonly median: number;
  readonly best: number;
  /** Interquartile range over the median. */
  readonly spread: number;
  readonly repetitions: number;
}

/** The value below which a share of the numbers lies, interpolated between neighbours. */
export function quantile(numbers: readonly number[], share: number): number {
  if (numbers.length === 0) throw new RangeError('a quantile of no numbers');
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
}

export function summarize(rates: readonly number[]): Summary {
  const median = quantile(rates, 0.5);
  return {
    median,
    best: rates.reduce((best, rate) => Math.max(best, rate)),
    spread: (quantile(rates, 0.75) - quantile(rates, 0.25)) / median,
    repetitions: rates.length,
  };
}

export interface Turns {
  /** Rounds that count. */
  readonly rounds: number;
  /** No new round begins after this long, once three have been made: a slow peer must not take hours. */
  readonly budgetMs?: number;
  /** Rounds before them that do not: compilers tier up, caches fill. */
  readonly warmUp: number;
}

const FEWEST_ROUNDS = 3;

/** Measures round after round what a round gives, and summarizes every figure over the rounds that count. */
export async function repeatRounds<Name extends string>(
  measure: (round: number) => Promise<Readonly<Record<Name, number>>>,
  { rounds, warmUp, budgetMs = Number.POSITIVE_INFINITY }: Turns,
): Promise<Readonly<Record<Name, Summary>>> {
  const kept: Readonly<Record<Name, number>>[] = [];
  const start = performance.now();
  for (let round = -warmUp; round < rounds; round++) {
    if (round >= FEWEST_ROUNDS && performance.now() - start > budgetMs) break;
    const rates = await measure(round);
    for (const name of Object.keys(rates) as Name[]) {
      if (!(rates[name] > 0) || !Number.isFinite(rates[name])) throw new Error(`${name}: measured a rate of ${rates[name]}, which is none`);
    }
    if (round >= 0) kept.push(rates);
  }
  const names = Object.keys(kept[0] ?? {}) as Name[];
  return Object.fromEntries(names.map((name) => [name, summarize(kept.map((rates) => rates[name]))])) as Record<Name, Summary>;
}

/** Measures the contenders in turns; the order is reversed every other round. */
export function interleave<Name extends string>(
  contenders: Readonly<Record<Name, Contender>>,
  turns: Turns,
): Promise<Readonly<Record<Name, Summary>>> {
  const names = Object.keys(contenders) as Name[];
  return repeatRounds(async (round) => {
    const rates = {} as Record<Name, number>;
    for (const name of round % 2 === 0 ? names : names.toReversed()) rates[name] = await contenders[name]();
    return rates;
  }, turns);
}

/** A clock in milliseconds, of which only differences mean something. */
export type Clock = () => number;

export const wallClock: Clock = () => performance.now();

/**
 * Time that this process has had cores for. Work on one thread takes the same of it whatever else the machine is doing; work that several
 * threads share in must be measured by the wall clock. (The host's figure for a single thread advances in steps of milliseconds.)
 */
export const processClock: Clock = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** The clock for work on so many threads. */
export function clockFor(threads: number): Clock {
  return threads === 1 ? processClock : wallClock;
}

/** Work a second of `body`, which does `work` units a call, over as many calls in a row as fill `minimumMs`. */
export function repeated(work: number, minimumMs: number, clock: Clock, body: (calls: number) => void | Promise<void>): Contender {
  let calls = 1;
  return async () => {
    for (;;) {
      const start = clock();
      await body(calls);
      const elapsedMs = clock() - start;
      if (elapsedMs >= minimumMs) return ((work * calls) / elapsedMs) * 1000;
      calls = Math.ceil(calls * Math.min(8, Math.max(2, (minimumMs * 1.2) / elapsedMs)));
    }
  };
}
