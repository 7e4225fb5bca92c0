/** `@or1/reward/code`: judges model-written Python by its tests, in a sandbox that runs wherever JavaScript runs. */
export {
  type CodeItem,
  type CodeJudgement,
  type CodeVerifier,
  type CodeVerifierOptions,
  createCodeVerifier,
  type OutputChecker,
  type VerifyAllOptions,
} from './code-verifier.ts';
export { firstDifference, type OutputComparison } from './compare-output.ts';
export type { TestCounts, TestEvidence, TestStatus } from './evidence.ts';
export { extractCode } from './extract-code.ts';
export { type CodeTests, GroundTruthError, parseGroundTruth } from './ground-truth.ts';
export { encodeFrame, type Interpreter, type InterpreterEnd, type ProgramSettings, type Sandbox, type SandboxSlot } from './interpreter.ts';
export { type CodeLimits, DEFAULT_LIMITS, resolveLimits } from './limits.ts';
export { LineQueue } from './line-queue.ts';
export { Pool, PoolClosed, type PoolOptions } from './pool.ts';
export { JUDGE_SOURCE, PROGRAM_SOURCE } from './sources.ts';
export { PYTHON_PACKAGE, PYTHON_PACKAGE_BYTES, type PythonFiles } from './wasm/carrier.ts';
export { createWasmSandbox, WASM_TIME_FACTOR, type WasmSandboxOptions } from './wasm/wasm-sandbox.ts';
