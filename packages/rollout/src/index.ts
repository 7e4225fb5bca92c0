export { engineBytes, LocalEngine, type LocalEngineSettings } from './local-engine.ts';
export type {
  FinishReason,
  GenerationProgress,
  GenerationPrompt,
  GenerationRequest,
  GenerationResult,
  Rollout,
  RolloutEngine,
} from './types.ts';
