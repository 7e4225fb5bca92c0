/**
 * Whether an adapter's matrix unit gives the right attention. Subgroup matrices are young: drivers differ in what they assume of memory,
 * and a wrong assumption shows in no error, only in numbers. So a small problem is worked on once by the matrix kernels and by the
 * reference device, on a runtime of its own, whose failures stay with it.
 */
import type { Device } from '../../../device.ts';
import { createReferenceDevice } from '../../../reference/device.ts';
import { firstLine } from '../../runtime/errors.ts';
import type { GpuRuntime } from '../../runtime/gpu-runtime.ts';
import { bytesFor } from '../../runtime/memory.ts';
import { rotateAndStore } from '../rotate.ts';
import { AttentionKernels } from './attention.ts';
import { cacheBytes, createCache } from './cache.ts';
import type { FragmentUnit } from './fragments.ts';

/** What of a device the problem needs. */
type Subject = Pick<
  Device,
  'createArena' | 'bytesFor' | 'write' | 'read' | 'createCache' | 'cacheBytes' | 'rotateAndStore' | 'attention' | 'attentionBackward'
>;

/** Relative error of whole results; f16 factors leave 1e-3, a misread block 0.1. */
const LARGEST_ERROR = 1e-2;

const HEADS = { queryHeads: 6, keyHeads: 2, headWidth: 32 } as const;
/** One family: a prompt, and two responses to it that see it whole. */
const PREFIX = 37;
const RESPONSES = [45, 3] as const;

/** The sequence of a linear congruential generator in -1 … 1, the same on every machine. */
function numbers(length: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

function problem() {
  const segmentSlots = (length: number) => Math.ceil(length / 4) * 4;
  const rows = Array.from({ length: PREFIX }, (_, token) => ({ slot: token, prefix: token + 1, ownStart: 0, own: 0 }));
  let ownStart = segmentSlots(PREFIX);
  for (const length of RESPONSES) {
    for (let token = 0; token < length; token++) rows.push({ slot: ownStart + token, prefix: PREFIX, ownStart, own: token + 1 });
    ownStart += segmentSlots(length);
  }
  const { queryHeads, keyHeads, headWidth } = HEADS;
  const words = (value: (row: (typeof rows)[number]) => number) => Uint32Array.from(rows, value);
  return {
    count: rows.length,
    positions: ownStart,
    qkv: numbers(rows.length * (queryHeads + 2 * keyHeads) * headWidth, 1).map((value) => 2 * value),
    outGradient: numbers(rows.length * queryHeads * headWidth, 2).map((value) => 1e-6 * value),
    slots: words(({ slot }) => slot),
    prefixStart: words(() => 0),
    prefixLength: words(({ prefix }) => prefix),
    ownStart: words((row) => row.ownStart),
    ownLength: words(({ own }) => own),
  };
}

/** Output in training and in decoding, logSumExp and gradient of the problem. */
async function solve(subject: Subject): Promise<Readonly<Record<string, Float64Array>>> {
  const given = problem();
  const { queryHeads, keyHeads, headWidth } = HEADS;
  const outputs = given.count * queryHeads * headWidth;
  const lengths = [2 * given.qkv.length, 3 * outputs, given.count * queryHeads, 8 * given.count, 2 * headWidth];
  const bytes = lengths.reduce(
    (sum, length) => sum + subject.bytesFor('f32', length) + 1024,
    subject.cacheBytes(given.positions, keyHeads, headWidth),
  );
  const arena = subject.createArena('proof of the matrix unit', bytes);
  const floats = (length: number, values?: Float32Array) => {
    const buffer = arena.allocate('f32', length, 'proof');
    if (values) subject.write(buffer, values);
    return buffer;
  };
  const words = (values: Uint32Array) => {
    const buffer = arena.allocate('u32', values.length, 'proof');
    subject.write(buffer, values);
    return buffer;
  };
  const cache = subject.createCache(arena, given.positions, keyHeads, headWidth);
  const shared = { qkv: floats(given.qkv.length, given.qkv), cache, rows: given.count, queryHeads };
  const slots = words(given.slots);
  const context = {
    prefixStart: words(given.prefixStart),
    prefixLength: words(given.prefixLength),
    ownStart: words(given.ownStart),
    ownLength: words(given.ownLength),
  };
  const [out, decoded, logSumExp] = [floats(outputs), floats(outputs), floats(given.count * queryHeads)];
  const qkvGradient = floats(given.qkv.length);
  // Angles of zero: keys are stored as they are.
  const [cosine, sine] = [floats(headWidth / 2, new Float32Array(headWidth / 2).fill(1)), floats(headWidth / 2)];
  subject.rotateAndStore({ ...shared, cosine, sine, positions: words(new Uint32Array(given.count)), slots });
  subject.attention({ ...shared, context, out: decoded });
  subject.attention({ ...shared, context, out, logSumExp });
  subject.attentionBackward({
    ...shared,
    context,
    slots,
    familyStart: words(Uint32Array.of(0, given.count)),
    families: 1,
    out,
    outGradient: floats(outputs, given.outGradient),
    logSumExp,
    qkvGradient,
  });
  const results: Record<string, Float64Array> = {};
  for (const [name, buffer] of Object.entries({ decoded, out, logSumExp, qkvGradient })) {
    const values = new Float64Array(buffer.length);
    await subject.read(buffer, values);
    results[name] = values;
  }
  arena.release();
  return results;
}

/** ‖actual − expected‖ / ‖expected‖ */
function relativeError(actual: Float64Array, expected: Float64Array): number {
  const norm = (value: (index: number) => number) => Math.sqrt(expected.reduce((sum, _, index) => sum + value(index) ** 2, 0));
  return norm((index) => actual[index]! - expected[index]!) / norm((index) => expected[index]!);
}

/**
 * What is wrong with the attention of `unit` on this runtime's adapter, in one line; undefined when it is right. The runtime is used up:
 * make one for this alone.
 */
export async function matrixAttentionFault(runtime: GpuRuntime, unit: FragmentUnit): Promise<string | undefined> {
  const kernels = new AttentionKernels(runtime, unit);
  try {
    const actual = await solve({
      createArena: (name, bytes) => runtime.createArena(name, bytes),
      bytesFor,
      write: (target, source, offset) => runtime.write(target, source, offset),
      read: (source, target) => runtime.read(source, target),
      createCache: (arena, positions, heads, headWidth) => createCache(arena, positions, heads, headWidth, runtime.storage),
      cacheBytes: (positions, heads, headWidth) => cacheBytes(positions, heads, headWidth, runtime.storage),
      rotateAndStore: (call) => rotateAndStore(runtime, call),
      attention: (call) => kernels.attention(call),
      attentionBackward: (call) => kernels.attentionBackward(call),
    });
    const expected = await solve(createReferenceDevice());
    for (const [name, values] of Object.entries(expected)) {
      const error = relativeError(actual[name]!, values);
      if (!(error <= LARGEST_ERROR)) return `${name} is off by ${error.toPrecision(2)}`;
    }
    return undefined;
  } catch (cause) {
    return firstLine((cause as Error).message);
  }
}
