/** From a run's events to what pages show of it: the only file of this package that knows what events look like. */
import { type EvaluationResult, type EventOf, type RunEvent, summarizeRun } from '@or1/trainer/core';
import type { Evaluation, RunData, RunFacts, Score, StepRecord } from './run-data.ts';

function ofKind<Name extends RunEvent['event']>(events: readonly RunEvent[], name: Name): EventOf<Name>[] {
  return events.filter((event): event is EventOf<Name> => event.event === name);
}

function score(from: EvaluationResult | EvaluationResult['by_source'][string]): Score {
  const [low, high] = from.ci95;
  return {
    average: from.avg,
    pass: from.pass,
    majority: from.majority,
    samples: from.k,
    problems: from.n,
    low,
    high,
    meanLength: from.mean_length,
    truncatedShare: from.truncated_share,
  };
}

function evaluations(events: readonly RunEvent[]): Evaluation[] {
  return ofKind(events, 'evaluation-end').flatMap(({ step, label, context_length, results }) =>
    results.map((result) => ({
      step,
      label,
      contextLength: context_length,
      temperature: result.temperature,
      entropy: result.entropy,
      score: score(result),
      bySource: Object.fromEntries(Object.entries(result.by_source).map(([source, one]) => [source, score(one)])),
    })),
  );
}

function trainingSteps(events: readonly RunEvent[]): StepRecord[] {
  return ofKind(events, 'step-end').map(({ step, metrics, clock }) => ({
    step,
    metrics,
    phases: {
      generation: clock.rollout_s,
      'waiting for verdicts': clock.reward_s,
      training: clock.train_s,
      other: Math.max(0, clock.step_s - clock.rollout_s - clock.reward_s - clock.train_s),
    },
    generateTokensPerSecond: clock.generate_tok_s,
    trainTokensPerSecond: clock.train_tok_s,
  }));
}

function supervisedSteps(events: readonly RunEvent[]): StepRecord[] {
  return ofKind(events, 'sft-step-end').map(({ step, loss, learning_rate, gradient_norm, tokens, clock }) => ({
    step,
    metrics: { loss, 'learning-rate': learning_rate, 'gradient/norm': gradient_norm, 'tokens/trained': tokens },
    phases: { training: clock.step_s },
    generateTokensPerSecond: null,
    trainTokensPerSecond: clock.train_tok_s,
  }));
}

function runFacts(name: string, start: EventOf<'run-start'>, events: readonly RunEvent[]): RunFacts {
  return {
    name,
    kind: start.kind,
    preset: start.preset,
    totalSteps: start.total_steps,
    parameters: start.parameters,
    device: start.clock.device,
    startedMs: start.clock.time_ms,
    evaluationSeconds: ofKind(events, 'evaluation-end').reduce((sum, { clock }) => sum + clock.evaluation_s, 0),
    checkpointSeconds: ofKind(events, 'checkpoint-written').reduce((sum, { clock }) => sum + clock.write_s, 0),
    unverifiableRecords: ofKind(events, 'record-unverifiable').length,
  };
}

/**
 * What the events of a run say, finished or still running. Samples are not in the events.
 *
 * @param name of the run, as pages show it
 * @param location of the run folder, as scripts are to find it
 * @returns null before the run's first event
 */
export function runOfEvents(events: readonly RunEvent[], name: string, location: string): RunData | null {
  const [start] = ofKind(events, 'run-start');
  if (start === undefined) return null;
  return {
    run: runFacts(name, start, events),
    summary: summarizeRun(events, location),
    stages: ofKind(events, 'stage-start').map((stage) => ({
      step: stage.step,
      stage: stage.stage,
      contextLength: stage.context_length,
      promptsPerStep: stage.prompts_per_step,
      samplesPerPrompt: stage.samples_per_prompt,
      temperature: stage.temperature,
      filteredPrompts: stage.filtered_prompts,
    })),
    steps: start.kind === 'train' ? trainingSteps(events) : supervisedSteps(events),
    evaluations: evaluations(events),
    samples: [],
    sampleNotes: [],
    configuration: start.configuration,
  };
}
