/** What is known of one test, and of a response's tests together. */

export type TestStatus = 'passed' | 'wrong' | 'timeout' | 'memory' | 'runtime-error' | 'syntax-error' | 'not-run';

export interface TestEvidence {
  readonly status: TestStatus;
  /** The first difference, the exception, or which limit was hit; empty after a pass. */
  readonly detail: string;
  /** The last of standard error, where the sandbox kept it apart. */
  readonly errorTail: string;
  readonly durationMs: number;
}

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly total: number;
}

export const NOT_RUN: TestEvidence = { status: 'not-run', detail: '', errorTail: '', durationMs: 0 };

/** Counts; tests that did not run after a first failure are neither passed nor failed. */
export function countTests(tests: readonly TestEvidence[]): TestCounts {
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const notRun = tests.filter(({ status }) => status === 'not-run').length;
  return { passed, failed: tests.length - passed - notRun, total: tests.length };
}

/** Milliseconds as seconds with one decimal, for messages. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
