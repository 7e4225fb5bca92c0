import { createTokenizer, type JsonObject } from '@or1/model';
import {
  type DumpedSample,
  type DumpFile,
  type EvaluationSample,
  type EventOf,
  listCheckpoints,
  listRolloutDumps,
  type RolloutDump,
  type RunEvent,
  readRolloutDump,
  readSampleFile,
} from '@or1/trainer';
import { pickRows } from '../charts/pick-rows.ts';
import type { RunSample, SampleMoment, SampleTokens } from '../run-data.ts';
import { SAMPLE_CAPS, type SampleCaps, selectSamples, shortenSample } from '../select-samples.ts';
import { tokenPieces } from '../token-pieces.ts';
import { insideFolder } from './inside-folder.ts';

type Decode = (tokens: Uint32Array) => string;

async function readJson(runFolder: string, path: string): Promise<JsonObject | null> {
  const inside = await insideFolder(runFolder, path);
  return inside === null ? null : ((await Bun.file(inside).json()) as JsonObject);
}

/** Decodes with the tokenizer of the newest checkpoint; null where there is no checkpoint, or the model has no tokenizer. */
async function findDecoder(runFolder: string): Promise<Decode | null> {
  const newest = (await listCheckpoints(runFolder)).at(-1);
  if (newest === undefined) return null;
  const folder = `checkpoints/step-${newest.step}`;
  const definition = await readJson(runFolder, `${folder}/tokenizer.json`);
  if (definition === null) return null;
  const tokenizer = createTokenizer(definition, (await readJson(runFolder, `${folder}/tokenizer_config.json`)) ?? {});
  return (tokens) => tokenizer.decode(tokens, { skipSpecial: false });
}

function floats(bytes: Uint8Array): number[] {
  return [...new Float32Array(Uint8Array.from(bytes).buffer)].map((value) => Number(value.toPrecision(4)));
}

function sampleTokens(sample: DumpedSample, decode: Decode | null, caps: SampleCaps): SampleTokens | null {
  const tokens = new Uint32Array(Uint8Array.from(sample.tokens).buffer);
  if (decode === null || tokens.length > caps.tokenFigures) return null;
  const pieces = tokenPieces(tokens, decode);
  return pieces === null ? null : { pieces, logProbabilities: floats(sample.log_probabilities), entropies: floats(sample.entropies) };
}

/** Reads what a run's own files point to; what is not there, or lies outside the run folder, becomes a sentence for the page. */
export class RunFiles {
  readonly notes: string[] = [];
  readonly #runFolder: string;

  constructor(runFolder: string) {
    this.#runFolder = runFolder;
  }

  async #read<T>(path: string, what: string, read: (path: string) => Promise<T>): Promise<T | null> {
    const inside = await insideFolder(this.#runFolder, path);
    if (inside === null) {
      this.notes.push(`${what} cannot be shown: the run folder has no file ${path}.`);
      return null;
    }
    try {
      return await read(inside);
    } catch (error) {
      this.notes.push(`${what} cannot be shown: ${path} is damaged (${(error as Error).message.split('\n')[0]}).`);
      return null;
    }
  }

  async evaluationSamples(path: string, step: number): Promise<readonly EvaluationSample[]> {
    return (await this.#read(path, `The evaluation of step ${step}`, readSampleFile)) ?? [];
  }

  async rollouts({ step, path }: DumpFile): Promise<RolloutDump> {
    const relative = path.slice(this.#runFolder.length + 1);
    return (await this.#read(relative, `The rollouts of step ${step}`, readRolloutDump)) ?? { step, samples: [] };
  }
}

async function heldOutSamples(files: RunFiles, { step, results }: EventOf<'evaluation-end'>, moment: SampleMoment): Promise<RunSample[]> {
  const read = await Promise.all(
    results.map(async ({ temperature, samples }) =>
      (await files.evaluationSamples(samples, step)).map(({ source, ...sample }) => ({
        ...sample,
        moment,
        step,
        temperature,
        family: source,
        tokens: null,
      })),
    ),
  );
  return read.flat();
}

function rolloutSample(step: number, temperature: number, dumped: DumpedSample): RunSample {
  const { problem, source, sample, prompt, response, verdict, reward, extracted, evidence, finish } = dumped;
  const length = dumped.tokens.byteLength / Uint32Array.BYTES_PER_ELEMENT;
  const judged = { verdict, reward, extracted, evidence };
  return {
    moment: 'rollout',
    step,
    temperature,
    problem,
    family: source,
    sample,
    prompt,
    response,
    ...judged,
    finish,
    length,
    tokens: null,
  };
}

/** Rollout dumps that a page looks into where it does not say which, evenly spread over the run. */
const DUMPS = 6;

export interface SampleChoice {
  /** Training steps whose rollouts to read; default: a few, evenly spread over the run. */
  readonly rolloutSteps?: readonly number[] | undefined;
  readonly caps?: SampleCaps | undefined;
}

export interface ReadSamples {
  readonly samples: RunSample[];
  /** What was left out and why. */
  readonly notes: string[];
  /** Training steps whose rollouts were kept. */
  readonly rolloutSteps: number[];
}

/** What a page shows of the first and the last evaluation and of a few training steps, and sentences about what it leaves out. */
export async function readSamples(runFolder: string, events: readonly RunEvent[], choice: SampleChoice = {}): Promise<ReadSamples> {
  const { caps = SAMPLE_CAPS } = choice;
  const files = new RunFiles(runFolder);
  const evaluations = events.filter((event) => event.event === 'evaluation-end');
  const stages = events.filter((event) => event.event === 'stage-start');
  const first = evaluations[0];
  const last = evaluations.at(-1);
  const all: RunSample[] = [];
  if (first !== undefined) all.push(...(await heldOutSamples(files, first, 'base')));
  if (last !== undefined && last !== first) all.push(...(await heldOutSamples(files, last, 'final')));

  const dumps = await listRolloutDumps(runFolder);
  const spread = () => pickRows(new Array<null>(dumps.length).fill(null), DUMPS).map((row) => dumps[row]!);
  const read = choice.rolloutSteps === undefined ? spread() : dumps.filter(({ step }) => choice.rolloutSteps!.includes(step));
  const dumped = new Map<RunSample, DumpedSample>();
  for (const dump of read) {
    const { step, samples } = await files.rollouts(dump);
    const temperature = stages.findLast((stage) => stage.step < step)?.temperature ?? 1;
    for (const sample of samples) {
      const shown = rolloutSample(step, temperature, sample);
      dumped.set(shown, sample);
      all.push(shown);
    }
  }

  const { samples: chosen, notes } = selectSamples(all, caps);
  const decode = dumped.size === 0 ? null : await findDecoder(runFolder);
  if (choice.rolloutSteps === undefined && dumps.length > DUMPS) {
    notes.push(`Rollouts come from ${DUMPS} of the ${dumps.length} steps whose rollouts were kept.`);
  }
  const samples = chosen.map((sample) => {
    const source = dumped.get(sample);
    return shortenSample(source === undefined ? sample : { ...sample, tokens: sampleTokens(source, decode, caps) }, caps);
  });
  return { samples, notes: [...notes, ...files.notes], rolloutSteps: dumps.map(({ step }) => step) };
}
