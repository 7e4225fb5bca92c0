export { InputError, InterruptedError } from './errors.ts';
export { isMetricName, METRICS, type MetricDefinition, SOURCE_METRICS, sourceMetricName } from './events/metrics.ts';
export {
  EVENT_VERSION,
  type EvaluationResult,
  type EventName,
  type EventOf,
  eventSchema,
  type RunEvent,
  type Score,
} from './events/schema.ts';
