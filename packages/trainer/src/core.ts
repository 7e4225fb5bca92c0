/**
 * The trainer without the machine around it: everything that a run is, for a page or a worker in a browser. There a run folder lies on
 * `disk`, in memory; bundlers find that out by the package's `imports` under the condition `browser`.
 */
export { resolveConfiguration } from './configuration/resolve.ts';
export type { ConfigurationLayer, RunConfiguration } from './configuration/schema.ts';
export { resolveStages, type Stage, settleSteps, totalSteps } from './configuration/stages.ts';
export { validateConfiguration } from './configuration/validate.ts';
export { InputError, InterruptedError } from './errors.ts';
export { METRICS, type MetricDefinition } from './events/metrics.ts';
export { EVENT_VERSION, type EvaluationResult, type EventName, type EventOf, eventSchema, type RunEvent } from './events/schema.ts';
export { disk } from './files-in-memory.ts';
export { createLocalPolicy, type OpenModel, openModel } from './local/local-policy.ts';
export type { Policy, RunProgress, TrainingParts } from './ports.ts';
export { type RunSummary, summarizeRun } from './readers/run-summary.ts';
export { type ReadableLog, readLog } from './run-folder/read-log.ts';
export { train } from './train.ts';
