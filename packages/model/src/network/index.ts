export { Activations } from './activations.ts';
export { forwardLayers } from './forward.ts';
export { LanguageModel, type LanguageModelOptions, parameterBytes } from './language-model.ts';
export { DeviceLearner, type LearnerSettings, learnerBytes, suppressionMask } from './learner.ts';
export { ParameterBuffer, ParameterLayout } from './parameters.ts';
export { type Row, RowBatch } from './row-batch.ts';
