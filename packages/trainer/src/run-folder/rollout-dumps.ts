/**
 * Rollout dumps: `rollouts/step-000012.msgpack` holds the judged samples of one step as a stream of MessagePack records: first a header
 * that names the schema, then one record a sample. Every MessagePack library can read them; numbers a token are little-endian bytes.
 */
import { Packr, Unpackr } from 'msgpackr';
import { z } from 'zod';
import { listFolder, readBytes, removeAll, writeFileAside } from '#files';

const DUMP_VERSION = 1;

const headerSchema = z.strictObject({
  schema: z.literal('or1.rollouts'),
  version: z.literal(DUMP_VERSION),
  step: z.number(),
  samples: z.number(),
});

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'is no binary');

const sampleSchema = z.strictObject({
  problem: z.string(),
  source: z.string(),
  prompt: z.string(),
  sample: z.number(),
  response: z.string(),
  finish: z.enum(['stop', 'length']),
  verdict: z.enum(['correct', 'incorrect', 'unverifiable', 'infrastructure-error']),
  reward: z.number().nullable(),
  extracted: z.string().nullable(),
  evidence: z.string(),
  /** Null where the sample was left out before advantages. */
  advantage: z.number().nullable(),
  /** Whether its group was trained on. */
  kept: z.boolean(),
  /** u32 little-endian, one a token. */
  tokens: bytes,
  /** f32 little-endian, one a token. */
  log_probabilities: bytes,
  entropies: bytes,
});

export type DumpedSample = z.infer<typeof sampleSchema>;

export interface RolloutDump {
  readonly step: number;
  readonly samples: readonly DumpedSample[];
}

function fileName(step: number): string {
  return `step-${String(step).padStart(6, '0')}.msgpack`;
}

/** The little-endian bytes of a typed array (every host that runs WebAssembly is little-endian). */
export function bytesOf(values: Uint32Array | Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

export async function writeRolloutDump(runFolder: string, dump: RolloutDump): Promise<void> {
  const packr = new Packr({ useRecords: false });
  const header = { schema: 'or1.rollouts', version: DUMP_VERSION, step: dump.step, samples: dump.samples.length };
  const records = [header, ...dump.samples].map((record) => Uint8Array.from(packr.pack(record)));
  const bytes = new Uint8Array(await new Blob(records).arrayBuffer());
  await writeFileAside(`${runFolder}/rollouts/${fileName(dump.step)}`, bytes);
}

/**
 * Reads one dump.
 *
 * @throws Error naming the file when it is no dump of this version.
 */
export async function readRolloutDump(path: string): Promise<RolloutDump> {
  const records = new Unpackr({ useRecords: false }).unpackMultiple(await readBytes(path)) as unknown[] | undefined;
  const header = headerSchema.safeParse(records?.[0]);
  if (!header.success) throw new Error(`${path}: is no rollout dump of version ${DUMP_VERSION}`);
  const samples = z.array(sampleSchema).parse(records!.slice(1));
  if (samples.length !== header.data.samples)
    throw new Error(`${path}: holds ${samples.length} samples, its header says ${header.data.samples}`);
  return { step: header.data.step, samples };
}

export interface DumpFile {
  readonly step: number;
  readonly path: string;
}

/** Dumps of a run by step. */
export async function listRolloutDumps(runFolder: string): Promise<readonly DumpFile[]> {
  return (await listFolder(`${runFolder}/rollouts`)).flatMap((name) => {
    const match = /^step-(\d+)\.msgpack$/.exec(name);
    return match ? [{ step: Number(match[1]), path: `${runFolder}/rollouts/${name}` }] : [];
  });
}

/** Removes dumps of steps that a resume takes again. */
export async function removeDumpsAfter(runFolder: string, step: number): Promise<void> {
  for (const dump of await listRolloutDumps(runFolder)) if (dump.step > step) await removeAll(dump.path);
}
