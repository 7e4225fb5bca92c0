/** How long, how much and how far a response may go. Defaults are the report's where it states any. */
export interface CodeLimits {
  /** Wall-clock milliseconds of one test: 6 s for standard input and function calls (report, d.2). */
  readonly testWallMs: number;
  /** The same for check lines and assertions: 2 s. */
  readonly assertionWallMs: number;
  /** CPU milliseconds of one test, where lower than its wall limit; null follows that. Without CPU clocks, running time stands for it. */
  readonly testCpuMs: number | null;
  /** Wall-clock milliseconds of all tests of a response; null takes min(7 n + 5, 300) seconds for n tests. */
  readonly runWallMs: number | null;
  /** CPU milliseconds of all tests of a response; null follows the run's wall limit. */
  readonly runCpuMs: number | null;
  /** Bytes of memory of the program. */
  readonly memoryBytes: number;
  /** Bytes that a program may write to one of its streams or send as one value. */
  readonly outputBytes: number;
  /** Bytes in its private `/tmp`. */
  readonly temporaryBytes: number;
}

export const DEFAULT_LIMITS: CodeLimits = {
  testWallMs: 6_000,
  assertionWallMs: 2_000,
  testCpuMs: null,
  runWallMs: null,
  runCpuMs: null,
  memoryBytes: 2 ** 30,
  outputBytes: 16 * 2 ** 20,
  temporaryBytes: 64 * 2 ** 20,
};

/** Fills in defaults and refuses what cannot be a limit. */
export function resolveLimits(limits: Partial<CodeLimits> = {}): CodeLimits {
  const resolved: CodeLimits = { ...DEFAULT_LIMITS, ...limits };
  for (const [name, value] of Object.entries(resolved)) {
    if (value !== null && !(Number.isFinite(value) && value > 0))
      throw new RangeError(`limits.${name} must be a positive number, not ${value}`);
  }
  return resolved;
}

/** Wall-clock limit of a whole response with so many tests: min(7 n + 5, 300) seconds unless set (report, d.2). */
export function runWallMs(limits: CodeLimits, tests: number): number {
  return limits.runWallMs ?? Math.min(7 * tests + 5, 300) * 1000;
}

/** All time limits times a sandbox's slowness. */
export function scaleTimes(limits: CodeLimits, factor: number, tests: number): CodeLimits {
  const scaled = (value: number | null): number | null => (value === null ? null : value * factor);
  return {
    ...limits,
    testWallMs: limits.testWallMs * factor,
    assertionWallMs: limits.assertionWallMs * factor,
    testCpuMs: scaled(limits.testCpuMs),
    runWallMs: runWallMs(limits, tests) * factor,
    runCpuMs: scaled(limits.runCpuMs),
  };
}
