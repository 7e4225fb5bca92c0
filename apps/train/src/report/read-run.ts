/** From a run folder to what the page shows: the only file of the report that knows events, sample files and rollout dumps. */
import { basename, resolve } from 'node:path';
import { type EvaluationResult, type EventOf, InputError, type RunEvent, readEvents, summarizeRun } from '@or1/trainer';
import { readSamples } from './read-samples.ts';
import type { Evaluation, ReportData, RunFacts, Score, StepRecord } from './report-data.ts';

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

function runFacts(runFolder: string, start: EventOf<'run-start'>, events: readonly RunEvent[]): RunFacts {
  return {
    name: basename(resolve(runFolder)),
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
 * Reads a run folder, finished or still running.
 *
 * @throws InputError when it is no run folder or its run has not written its first event yet.
 */
export async function readRun(runFolder: string): Promise<ReportData> {
  const events = await readEvents(runFolder);
  const [start] = ofKind(events, 'run-start');
  if (start === undefined) throw new InputError(`${runFolder}/events.jsonl: holds no event yet; wait until the run has started`);
  const { samples, notes } = await readSamples(runFolder, events);
  return {
    run: runFacts(runFolder, start, events),
    summary: summarizeRun(events, runFolder),
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
    samples,
    sampleNotes: notes,
    configuration: start.configuration,
  };
}
