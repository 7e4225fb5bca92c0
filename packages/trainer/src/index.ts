export { DEFAULTS } from './configuration/defaults.ts';
export { defineRun } from './configuration/define-run.ts';
export { loadConfigurationFile } from './configuration/load-file.ts';
export { type ConfigurationSources, resolveConfiguration } from './configuration/resolve.ts';
export type { ConfigurationLayer, RunConfiguration, StageConfiguration } from './configuration/schema.ts';
export { resolveStages, type Stage, settleSteps, stageOfStep, totalSteps } from './configuration/stages.ts';
export { InputError, InterruptedError } from './errors.ts';
export { cpuMachine, estimateRun, gpuMachine, type Machine, type ModelSize, type RunEstimate } from './estimate.ts';
export { type Evaluation, type EvaluationSettings, evaluate, evaluationProblems } from './evaluation/evaluate.ts';
export { type EvaluationSample, readSampleFile, writeSampleFile } from './evaluation/sample-file.ts';
export { METRICS, type MetricDefinition, SOURCE_METRICS } from './events/metrics.ts';
export {
  EVENT_VERSION,
  type EvaluationResult,
  type EventName,
  type EventOf,
  eventSchema,
  type RunEvent,
  type Score,
} from './events/schema.ts';
export { isFolder, makeFolder, writeFileAside } from './files.ts';
export { createLocalPolicy, type OpenModel, openModel } from './local/local-policy.ts';
export { type LocalRun, openLocalRun } from './local/local-run.ts';
export { describeSizes, type MemoryPlan, type PolicySize, planMemory } from './local/memory-plan.ts';
export { findModelFiles, fullModelPath } from './local/model-source.ts';
export { type LoadedFiles, type LoadedProblems, loadProblems, openProblems, type RunProblems } from './local/problems.ts';
export { openVerifier } from './local/verifiers.ts';
export type { Policy, PolicyStore, RunProgress, TextCodec, TrainingParts } from './ports.ts';
export { findPreset, PRESETS } from './presets/index.ts';
export type { Preset } from './presets/preset.ts';
export { type ExportFormat, exportRun } from './readers/export-run.ts';
export { type AccuracySummary, type RunSummary, summarizeRun, wallSeconds } from './readers/run-summary.ts';
export { type Checkpoint, listCheckpoints } from './run-folder/checkpoints.ts';
export { readEvents } from './run-folder/event-log.ts';
export { type ReadableLog, readLog } from './run-folder/read-log.ts';
export { type DumpedSample, type DumpFile, listRolloutDumps, type RolloutDump, readRolloutDump } from './run-folder/rollout-dumps.ts';
export { checkRunFolder, createRunFolder, openRunFolder, type RunFolder, readConfiguration } from './run-folder/run-folder.ts';
export { type LocalSft, openLocalSft } from './sft/local-sft.ts';
export { readSftConfiguration, resolveSft, SFT_PRESETS } from './sft/resolve.ts';
export type { SftConfiguration } from './sft/schema.ts';
export { type SuperviseOptions, supervise } from './sft/supervise.ts';
export { type PreparedPrompt, preparePrompt } from './step/prompts.ts';
export { type TrainOptions, train } from './train.ts';
