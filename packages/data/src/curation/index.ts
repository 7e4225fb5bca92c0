export { type Hasher, makeItem, problemHash } from './items.ts';
export { type Ledger, type LedgerLog, memoryLedger } from './ledger.ts';
export { normaliseOptions, normaliseStage } from './normalise.ts';
export {
  type DroppedItem,
  MIX_STAGE,
  type Pipeline,
  type PipelineHost,
  type PipelineResult,
  runPipeline,
  type StageSummary,
} from './pipeline.ts';
export { type Provenance, type PublishOptions, publish, publishOptions, type TrailStep } from './publish.ts';
export { type LeftRow, type ReadSources, readSources, type Source } from './read-sources.ts';
export {
  type CurationItem,
  type Dropped,
  KEEP,
  type Kept,
  type Likeness,
  type Outcome,
  type Stage,
  type StageContext,
} from './stage.ts';
export { type RunnerHost, runStage, type StageProgress, type StageResult } from './stage-runner.ts';
