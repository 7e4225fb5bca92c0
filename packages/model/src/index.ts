export { type ChatMessage, type ChatTemplate, createChatTemplate, type RenderOptions } from './chat-template.ts';
export { parseModelConfig } from './config.ts';
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
export { openModelFolder } from './folder.ts';
export { ModelInputError } from './folder-error.ts';
export { fetchFiles } from './folder-fetch.ts';
export { memoryFiles } from './folder-memory.ts';
export { promptTokens } from './folder-prompt.ts';
export type { ByteRange, FolderTensors, ModelFiles, ModelFolder, TensorReader, WritableModelFiles } from './folder-types.ts';
export { type WriteModelFolder, writeModelFolder } from './folder-writer.ts';
export type { Learner, LearnerOptions, TokenScores, TokenWeights, TrainingGroup } from './learner-types.ts';
export * from './network/index.ts';
export { inverseFrequencies, type RopeTables, ropeTables } from './rope-tables.ts';
export { openTensorFile, writeTensorFile } from './tensor-file.ts';
export { createTokenizer, type Tokenizer } from './tokenizer.ts';
