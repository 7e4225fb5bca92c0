import { createTokenizer, type JsonObject } from '@or1/model';
import {
  type DumpedSample,
  type EventOf,
  listCheckpoints,
  listRolloutDumps,
  type RunEvent,
  readRolloutDump,
  readSampleFile,
} from '@or1/trainer';
import { pickRows } from '../charts/pick-rows.ts';
import type { RunSample, SampleMoment, SampleTokens } from '../run-data.ts';
import { SAMPLE_CAPS, selectSamples, shortenSample } from '../select-samples.ts';
import { tokenPieces } from '../token-pieces.ts';

type Decode = (tokens: Uint32Array) => string;

async function readJson(path: string): Promise<JsonObject | null> {
  const file = Bun.file(path);
  return (await file.exists()) ? ((await file.json()) as JsonObject) : null;
}

/** Decodes with the tokenizer of the newest checkpoint; null where there is no checkpoint, or the model has no tokenizer. */
async function findDecoder(runFolder: string): Promise<Decode | null> {
  const newest = (await listCheckpoints(runFolder)).at(-1);
  if (newest === undefined) return null;
  const definition = await readJson(`${newest.path}/tokenizer.json`);
  if (definition === null) return null;
  const tokenizer = createTokenizer(definition, (await readJson(`${newest.path}/tokenizer_config.json`)) ?? {});
  return (tokens) => tokenizer.decode(tokens, { skipSpecial: false });
}

function floats(bytes: Uint8Array): number[] {
  return [...new Float32Array(Uint8Array.from(bytes).buffer)].map((value) => Number(value.toPrecision(4)));
}

function sampleTokens(sample: DumpedSample, decode: Decode | null): SampleTokens | null {
  const tokens = new Uint32Array(Uint8Array.from(sample.tokens).buffer);
  if (decode === null || tokens.length > SAMPLE_CAPS.tokenFigures) return null;
  const pieces = tokenPieces(tokens, decode);
  return pieces === null ? null : { pieces, logProbabilities: floats(sample.log_probabilities), entropies: floats(sample.entropies) };
}

async function heldOutSamples(runFolder: string, { step, results }: EventOf<'evaluation-end'>, moment: SampleMoment): Promise<RunSample[]> {
  const files = await Promise.all(
    results.map(async ({ temperature, samples }) => {
      const read = await readSampleFile(`${runFolder}/${samples}`);
      return read.map(({ source, ...sample }) => ({ ...sample, moment, step, temperature, family: source, tokens: null }));
    }),
  );
  return files.flat();
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

/** Rollout dumps that a page looks into, evenly spread over the run. */
const DUMPS = 6;

/** What a page shows of the first and the last evaluation and of a few training steps, and sentences about what it leaves out. */
export async function readSamples(runFolder: string, events: readonly RunEvent[]): Promise<{ samples: RunSample[]; notes: string[] }> {
  const evaluations = events.filter((event) => event.event === 'evaluation-end');
  const stages = events.filter((event) => event.event === 'stage-start');
  const first = evaluations[0];
  const last = evaluations.at(-1);
  const all: RunSample[] = [];
  if (first !== undefined) all.push(...(await heldOutSamples(runFolder, first, 'base')));
  if (last !== undefined && last !== first) all.push(...(await heldOutSamples(runFolder, last, 'final')));

  const dumps = await listRolloutDumps(runFolder);
  const dumped = new Map<RunSample, DumpedSample>();
  for (const row of pickRows(
    dumps.map(() => null),
    DUMPS,
  )) {
    const { step, samples } = await readRolloutDump(dumps[row]!.path);
    const temperature = stages.findLast((stage) => stage.step < step)?.temperature ?? 1;
    for (const sample of samples) {
      const shown = rolloutSample(step, temperature, sample);
      dumped.set(shown, sample);
      all.push(shown);
    }
  }

  const { samples: chosen, notes } = selectSamples(all);
  const decode = dumped.size === 0 ? null : await findDecoder(runFolder);
  if (dumps.length > DUMPS) notes.push(`Rollouts come from ${DUMPS} of the ${dumps.length} steps whose rollouts were kept.`);
  const samples = chosen.map((sample) => {
    const source = dumped.get(sample);
    return shortenSample(source === undefined ? sample : { ...sample, tokens: sampleTokens(source, decode) });
  });
  return { samples, notes };
}
