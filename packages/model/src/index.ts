export type { ChatMessage, ChatTemplate } from './chat-template.ts';
export { EMBEDDING, HEAD, parameterShapes, type TensorShape } from './config-tensors.ts';
export type {
  Architecture,
  GenerationDefaults,
  JsonObject,
  JsonValue,
  ModelConfig,
  RopeConfig,
  RopeScaling,
  StorageType,
} from './config-types.ts';
export { ModelInputError } from './folder-error.ts';
export type { ByteRange, FolderTensors, ModelFiles, ModelFolder, TensorReader, WritableModelFiles } from './folder-types.ts';
export type { Learner, LearnerOptions, TokenScores, TokenWeights, TrainingGroup } from './learner-types.ts';
export type { Tokenizer } from './tokenizer.ts';
