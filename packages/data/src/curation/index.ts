export { type AnswerServices, answerOptions, answerStage } from './answers/answer-stage.ts';
export { type JudgeService, knownStages, type ModelChoice, makeStage, type StageServices } from './catalogue.ts';
export { type ReferenceServices, referenceOptions, referenceStage } from './code/reference-stage.ts';
export { testSuiteOptions, testSuiteStage } from './code/test-suite-stage.ts';
export { type CurationConfiguration, parseCuration } from './configuration.ts';
export {
  DIFFICULTY_SCALE,
  type DifficultyOptions,
  type DifficultyServices,
  difficultyOf,
  difficultyOptions,
  difficultyStage,
} from './difficulty/difficulty-stage.ts';
export {
  endpointSolver,
  type Solved,
  type Solver,
  type SolverAnswer,
  type SolverProblem,
  type SolverRequest,
} from './difficulty/solver.ts';
export type { Embedder } from './embedding/embedder.ts';
export { embeddingOptions, embeddingStage } from './embedding/embedding-stage.ts';
export { hashedNgramEmbedder } from './embedding/hashed-ngrams.ts';
export {
  type ChatAnswer,
  ChatEndpoint,
  type ChatRequest,
  type EndpointHost,
  type EndpointOptions,
  type EndpointUse,
  endpointOptions,
} from './endpoint/chat-endpoint.ts';
export { type Hasher, makeItem, problemHash } from './items.ts';
export type { JudgeResponse, Ruling } from './judges.ts';
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
export { JUDGE_PROMPT_VERSION, judgeMessages, readVote } from './quality/judge-prompt.ts';
export { type QualityJudge, type QualityOptions, qualityOptions, qualityStage } from './quality/quality-stage.ts';
export { type LeftRow, type ReadSources, readSources, type Source } from './read-sources.ts';
export {
  type CurationReport,
  curationReport,
  type DifficultyHistogram,
  type PairReport,
  type ReportInput,
  type SampleGroup,
  type SourceReport,
} from './report-data.ts';
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
export { CanonicalText } from './text/canonical-text.ts';
export { codeStatement } from './text/code-statement.ts';
export {
  type Contamination,
  type ContaminationOptions,
  EvaluationIndex,
  type EvaluationText,
} from './text/contamination.ts';
export { decontaminationOptions, decontaminationStage } from './text/decontamination-stage.ts';
export { duplicateOptions, duplicateStage } from './text/duplicate-stage.ts';
export { type Duplicate, DuplicateFinder, type DuplicateOptions, findDuplicates, type SourcedText } from './text/duplicates.ts';
export { filterOptions, filterStage } from './text/filter-stage.ts';
export { type Difference, differenceOfProblems } from './text/same-problem.ts';
export { type Filtered, type FilterReason, type FilterRule, filterRules, filterText } from './text/text-filters.ts';
