export type { ExtractTarget } from './extract/extract.ts';
export { createMathPool, type MathPool, type MathPoolOptions, type PoolWorker, type WorkerAnswer, type WorkerQuestion } from './pool.ts';
export { createMathVerifier, goldsOf } from './record.ts';
export { type MathDetails, type MathJudgement, type MathOptions, verifyMath } from './verify.ts';
