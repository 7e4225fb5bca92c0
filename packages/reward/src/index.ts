export { type DefinedReward, defineReward, type RewardOutcome, rewardOfModule } from './define-reward.ts';
export {
  createJudge,
  type Judge,
  type JudgeItem,
  type JudgeOptions,
  type JudgeProgress,
  type JudgeReport,
  judgeAll,
  type VerdictCounts,
} from './judge.ts';
export { createRegistry, type VerifierRegistry, type VerifierRoute } from './registry.ts';
export type { Judgement, RewardInput, Verdict, Verifier } from './verdict.ts';
