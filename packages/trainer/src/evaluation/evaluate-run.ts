import type { RunConfiguration } from '../configuration/schema.ts';
import type { EvaluationResult, EventBody } from '../events/schema.ts';
import type { TrainingParts } from '../ports.ts';
import type { Watch } from '../step/generate-and-judge.ts';
import type { PreparedPrompt } from '../step/prompts.ts';
import { evaluate } from './evaluate.ts';
import { writeSampleFile } from './sample-file.ts';

export interface RunEvaluation {
  readonly runFolder: string;
  readonly step: number;
  readonly label: 'base' | 'interval' | 'final';
  readonly contextLength: number;
  readonly problems: readonly PreparedPrompt[];
}

/** Base and final accuracy are always told at temperature 1; the configuration may ask for others beside it. */
function temperaturesOf(configuration: RunConfiguration, label: RunEvaluation['label']): readonly number[] {
  const { temperatures } = configuration.eval;
  return label === 'interval' || temperatures.includes(1) ? temperatures : [1, ...temperatures];
}

/** Evaluates at every temperature, writes the sample files, and returns the events to log, the evaluation's own last. */
export async function evaluateRun(
  parts: TrainingParts,
  configuration: RunConfiguration,
  evaluation: RunEvaluation,
  watch: Watch,
): Promise<readonly EventBody[]> {
  const { runFolder, step, label, contextLength, problems } = evaluation;
  const start = performance.now();
  const results: EvaluationResult[] = [];
  const faults: EventBody[] = [];
  for (const temperature of temperaturesOf(configuration, label)) {
    const settings = {
      samples: configuration.eval.samples,
      temperature,
      contextLength,
      seed: configuration.seed,
      judgeTruncated: configuration.judgeTruncated,
    };
    const { result, groups, failures, unverifiable } = await evaluate(parts.policy, parts.verifier, problems, settings, watch);
    const samples = `evaluations/step-${step}-temperature-${temperature}.jsonl`;
    await writeSampleFile(`${runFolder}/${samples}`, groups);
    results.push({ ...result, samples });
    faults.push(...failures.map((failure) => ({ event: 'infrastructure-error' as const, step, phase: 'evaluation' as const, ...failure })));
    faults.push(...unverifiable.map((fault) => ({ event: 'record-unverifiable' as const, step, phase: 'evaluation' as const, ...fault })));
  }
  const evaluation_s = (performance.now() - start) / 1000;
  return [...faults, { event: 'evaluation-end', step, label, context_length: contextLength, results, clock: { evaluation_s } }];
}
