/** Standard-input tests: a fresh interpreter for each, its output compared here, outside. */
import { NOT_RUN, seconds, type TestEvidence } from './evidence.ts';
import type { StdioTests } from './ground-truth.ts';
import { encodeFrame, type InterpreterEnd, type SandboxSlot } from './interpreter.ts';
import { describeEnd, RunStopped, resourceLimits, SandboxFailure } from './judge-session.ts';
import type { CodeLimits } from './limits.ts';

/** Exit status with which the driver reports source that does not compile. */
const SYNTAX_STATUS = 65;

/**
 * @param compare null for an output that counts as right, else the first difference
 * @param limits scaled for the sandbox
 */
export async function runStdioTests(
  slot: SandboxSlot,
  code: string,
  tests: StdioTests['tests'],
  limits: CodeLimits,
  stopAtFirstFailure: boolean,
  signal: AbortSignal,
  compare: (output: string, index: number) => string | null,
): Promise<TestEvidence[]> {
  const found: TestEvidence[] = tests.map(() => NOT_RUN);
  const testLimitMs = Math.min(limits.testWallMs, limits.testCpuMs ?? limits.testWallMs);
  const runEnd = performance.now() + (limits.runWallMs ?? Number.POSITIVE_INFINITY);
  for (const [index, test] of tests.entries()) {
    if (signal.aborted) throw new RunStopped('cancelled');
    const left = runEnd - performance.now();
    const end = left > 0 ? await runWhole(slot, code, test.input, limits, Math.min(testLimitMs, left), signal) : null;
    found[index] = end ? judgeEnd(end, testLimitMs, (output) => compare(output, index)) : overRun(limits);
    const inFull = found[index].status !== 'timeout' || performance.now() < runEnd;
    if (!inFull) found[index] = { ...found[index], detail: overRun(limits).detail };
    if (found[index].status === 'syntax-error') return tests.map(() => found[index]!);
    if (!inFull || (stopAtFirstFailure && found[index].status !== 'passed')) break;
  }
  return found;
}

function overRun(limits: CodeLimits): TestEvidence {
  return { status: 'timeout', detail: `the run took longer than ${seconds(limits.runWallMs ?? 0)}`, errorTail: '', durationMs: 0 };
}

async function runWhole(
  slot: SandboxSlot,
  code: string,
  input: string,
  limits: CodeLimits,
  testMs: number,
  signal: AbortSignal,
): Promise<InterpreterEnd> {
  const program = await slot.startProgram({ mode: 'whole', limits });
  const cancel = (): void => program.kill();
  signal.addEventListener('abort', cancel);
  try {
    const job = { code, limits: resourceLimits(limits, testMs) };
    program.send(encodeFrame('H', JSON.stringify(job)), testMs);
    program.send(new TextEncoder().encode(input));
    program.closeInput();
    const end = await program.ended;
    if (signal.aborted) throw new RunStopped('cancelled');
    return end;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

function judgeEnd(end: InterpreterEnd, testMs: number, compare: (output: string) => string | null): TestEvidence {
  const { errorTail, durationMs } = end;
  if (end.reason === 'exit' && end.code === 0) {
    const difference = compare(end.output);
    return { status: difference === null ? 'passed' : 'wrong', detail: difference ?? '', errorTail, durationMs };
  }
  if (end.reason === 'exit' && end.code === SYNTAX_STATUS) return { status: 'syntax-error', detail: errorTail, errorTail, durationMs };
  if (end.reason === 'killed') throw new SandboxFailure(`the program's interpreter was ended from outside: ${errorTail}`);
  const [status, detail] = describeEnd(end, testMs);
  const lastLine = errorTail.trimEnd().split('\n').at(-1) ?? '';
  return { status, detail: end.reason === 'exit' && lastLine ? lastLine.slice(0, 500) : detail, errorTail, durationMs };
}
