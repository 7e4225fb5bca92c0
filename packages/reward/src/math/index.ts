export type { ExtractTarget } from './extract/extract.ts';
export { type MathDetails, type MathJudgement, type MathOptions, verifyMath } from './verify.ts';
