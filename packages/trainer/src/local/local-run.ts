import type { Device } from '@or1/compute';
import type { PromptSource } from '@or1/data';
import type { RunConfiguration } from '../configuration/schema.ts';
import { resolveStages, settleSteps } from '../configuration/stages.ts';
import { InputError } from '../errors.ts';
import type { TrainingParts } from '../ports.ts';
import { createLocalPolicy, createReference, type OpenModel, openModel } from './local-policy.ts';
import type { PolicySize } from './memory-plan.ts';
import { findModelFiles } from './model-source.ts';
import { openProblems, type RunProblems } from './problems.ts';
import { openVerifier } from './verifiers.ts';

export interface LocalRun {
  /** With its steps settled. */
  readonly configuration: RunConfiguration;
  readonly parts: TrainingParts;
  readonly problems: RunProblems;
  /** Ends what the verifier holds; the device stays the caller's. */
  close(): Promise<void>;
}

/** Generated problems that are looked at to find how long their prompts get, and what the unseen ones may have on top, in tokens. */
const PROBED_PROBLEMS = 2000;
const PROMPT_MARGIN = 8;

function longestGenerated({ source, heldOut }: RunProblems, evaluated: number, model: OpenModel): number {
  const probe = (generated: PromptSource, count: number): number => {
    const deck = generated.deck({ seed: 0, stage: 0, excluded: new Set() });
    if (deck.size !== null) return 0;
    const lengths = Array.from({ length: count }, (_, position) => model.text.encodePrompt(deck.at(position).record.prompt).length);
    return lengths.reduce((longest, length) => Math.max(longest, length + PROMPT_MARGIN), 0);
  };
  return Math.max(probe(source, PROBED_PROBLEMS), probe(heldOut, Math.min(evaluated, PROBED_PROBLEMS)));
}

/**
 * Everything that a configuration needs on this machine: model, problems, verifier, device memory.
 *
 * @param modelFolder opened in place of the configuration's model: a checkpoint to go on from
 * @throws InputError, DataError or ModelInputError, each one line that names what is wrong.
 */
export async function openLocalRun(configuration: RunConfiguration, device: Device, modelFolder?: string): Promise<LocalRun> {
  const name = configuration.model;
  if (name === null) throw new InputError(`preset ${configuration.preset} has no model of its own: give --model DIR`);
  const model = await openModel(await findModelFiles(modelFolder ?? name));
  const problems = await openProblems(configuration, model.text);
  const { verifier, close } = await openVerifier(
    configuration.reward,
    problems.records.map(({ record }) => ({ ...record })),
  );

  const size = problems.source.deck({ seed: configuration.seed, stage: 0, excluded: new Set() }).size;
  const settled = settleSteps(configuration, size);
  const stages = resolveStages(settled);
  const contextLength = Math.max(...stages.map((stage) => stage.contextLength));
  const policySize: PolicySize = {
    promptCapacity: Math.max(problems.longestPrompt ?? 0, longestGenerated(problems, configuration.eval.problems, model)),
    contextLength,
    samplesPerPrompt: Math.min(...stages.map((stage) => stage.samplesPerPrompt), configuration.eval.samples),
    trainable: true,
  };
  return {
    configuration: settled,
    problems,
    close,
    parts: {
      policy: await createLocalPolicy(device, model, policySize, configuration.memory),
      openReference: async () => createReference(device, await openModel(await findModelFiles(name)), policySize),
      source: problems.source,
      heldOut: problems.heldOut,
      verifier,
    },
  };
}
