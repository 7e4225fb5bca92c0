/** The tests of devices can fail: reference devices with one small fault each, which the case table or the exactness checks must find. */
import { describe, expect, test } from 'bun:test';
import { createReferenceDevice, type Device, type DeviceBuffer } from '@or1/compute';
import { exactnessChecks, expectationOf, kernelCases, runKernelCases } from '@or1/compute/testing';

const sound = createReferenceDevice();

/** The values of a buffer now; the reference device copies before its `read` returns. */
function valuesOf(buffer: DeviceBuffer): Float64Array {
  const values = new Float64Array(buffer.length);
  void sound.read(buffer, values);
  return values;
}

function wordsOf(buffer: DeviceBuffer): Uint32Array {
  const values = new Uint32Array(buffer.length);
  void sound.read(buffer, values);
  return values;
}

function change(buffer: DeviceBuffer, fault: (value: number, index: number) => number): void {
  sound.write(buffer, valuesOf(buffer).map(fault));
}

/** Adds to the middle element an error of `share` of the largest element. */
function disturb(buffer: DeviceBuffer, share: number): void {
  const largest = valuesOf(buffer).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  change(buffer, (value, index) => (index === buffer.length >> 1 ? value + share * largest : value));
}

interface Fault {
  readonly name: string;
  readonly kernel: string;
  break(device: Device): Partial<Device>;
  /** The error that tells of the fault, where it is no wrong result. */
  readonly error?: string;
}

const FAULTS: readonly Fault[] = [
  {
    name: 'zero leaves the last element',
    kernel: 'zero',
    break: (d) => ({ zero: (target) => d.zero(target.slice(0, target.length - 1)) }),
  },
  {
    name: 'add adds twice from element 8192 on',
    kernel: 'add',
    break: (d) => ({
      add(target, source) {
        d.add(target, source);
        if (target.length > 8192) d.add(target.slice(8192, target.length - 8192), source.slice(8192, target.length - 8192));
      },
    }),
  },
  { name: 'cast takes f16 for bf16', kernel: 'cast', break: (d) => ({ cast: (target, source) => d.cast(target, source, 'f16') }) },
  {
    name: 'embeddingBackward overwrites repeated ids',
    kernel: 'embeddingBackward',
    break: (d) => ({ embeddingBackward: (call) => d.embeddingBackward({ ...call, rows: Math.min(call.rows, 1) }) }),
  },
  { name: 'rmsNorm forgets epsilon', kernel: 'rmsNorm', break: (d) => ({ rmsNorm: (call) => d.rmsNorm({ ...call, epsilon: 0 }) }) },
  {
    name: 'rmsNorm ignores the output stride',
    kernel: 'rmsNorm',
    break: (d) => ({ rmsNorm: ({ outStride: _, ...call }) => d.rmsNorm(call) }),
  },
  {
    name: 'rmsNormBackward always overwrites',
    kernel: 'rmsNormBackward',
    break: (d) => ({ rmsNormBackward: (call) => d.rmsNormBackward({ ...call, accumulate: false }) }),
  },
  {
    name: 'linear is off by a ten-thousandth in one element',
    kernel: 'linear',
    break: (d) => ({
      linear(call) {
        d.linear(call);
        disturb(call.out, 1e-4);
      },
    }),
  },
  { name: 'linear drops the bias', kernel: 'linear', break: (d) => ({ linear: ({ bias: _, ...call }) => d.linear(call) }) },
  {
    name: 'linearWeightGradient overwrites',
    kernel: 'linearWeightGradient',
    break: (d) => ({
      linearWeightGradient(call) {
        d.zero(call.weightGradient);
        d.linearWeightGradient(call);
      },
    }),
  },
  { name: 'refreshMatrices is forgotten', kernel: 'refreshMatrices', break: staleMatrices },
  {
    name: 'rotateBackward turns forwards',
    kernel: 'rotateBackward',
    break: (d) => ({
      rotateBackward(call) {
        change(call.sine, (value) => -value);
        d.rotateBackward(call);
      },
    }),
  },
  {
    name: 'attention reads one token too few',
    kernel: 'attention',
    break: (d) => ({
      attention(call) {
        const lengths = wordsOf(call.context.ownLength);
        d.write(
          call.context.ownLength,
          lengths.map((length) => (length > 64 ? length - 1 : length)),
        );
        d.attention(call);
        d.write(call.context.ownLength, lengths);
      },
    }),
  },
  {
    name: 'attentionBackward is off by a thousandth in one element',
    kernel: 'attentionBackward',
    break: (d) => ({
      attentionBackward(call) {
        d.attentionBackward(call);
        disturb(call.qkvGradient, 1e-3);
      },
    }),
  },
  {
    name: 'swiGlu writes one element too many',
    kernel: 'swiGlu',
    error: 'a kernel wrote beside "out"',
    break: (d) => ({
      swiGlu(call) {
        d.swiGlu(call);
        // A slice of a slice cannot leave it, so the fault writes through the whole buffer that both share.
        const { storage } = call.out as unknown as { storage: Float64Array };
        new Float64Array(storage.buffer)[storage.byteOffset / 8 + storage.length] = 0;
      },
    }),
  },
  {
    name: 'headForward loses the temperature in the entropy',
    kernel: 'headForward',
    break: (d) => ({
      headForward(call) {
        d.headForward({ ...call, temperature: 1 });
        const entropy = valuesOf(call.entropy);
        d.headForward(call);
        d.write(call.entropy, entropy);
      },
    }),
  },
  {
    name: 'headBackward forgets the entropy',
    kernel: 'headBackward',
    break: (d) => ({
      headBackward(call) {
        d.zero(call.entropyWeight);
        d.headBackward(call);
      },
    }),
  },
  {
    name: 'headSample drops top-k when top-p is given',
    kernel: 'headSample',
    break: (d) => ({
      headSample: (call) =>
        d.headSample({ ...call, sampling: { ...call.sampling, topK: call.sampling.topP < 1 ? 0 : call.sampling.topK } }),
    }),
  },
  {
    name: 'sumOfSquares misses the last of 100,003 elements',
    kernel: 'sumOfSquares',
    break: (d) => ({
      sumOfSquares: ({ values, out }) => d.sumOfSquares({ values: values.length > 1e5 ? values.slice(0, values.length - 1) : values, out }),
    }),
  },
  {
    name: 'adamW decays through the gradient',
    kernel: 'adamW',
    break: (d) => ({
      adamW(call) {
        const { weightDecay } = call.step;
        const parameters = valuesOf(call.parameters);
        change(call.gradients, (value, index) => value + weightDecay * parameters[index]!);
        d.adamW({ ...call, step: { ...call.step, weightDecay: 0 } });
      },
    }),
  },
  {
    name: 'drawBits leaves out the upper half of the seed',
    kernel: 'drawBits',
    break: (d) => ({ drawBits: (call) => d.drawBits({ ...call, seed: call.seed % 2 ** 32 }) }),
  },
  {
    name: 'drawBits takes sample for prompt',
    kernel: 'drawBits',
    break: (d) => ({ drawBits: (call) => d.drawBits({ ...call, prompts: call.samples, samples: call.prompts }) }),
  },
  {
    name: 'advanceRows runs past a stop token',
    kernel: 'advanceRows',
    break: (d) => ({
      advanceRows(call) {
        const stops = wordsOf(call.stops);
        d.zero(call.stops);
        d.advanceRows(call);
        d.write(call.stops, stops);
      },
    }),
  },
  {
    name: 'advanceRows wakes a row that has ended',
    kernel: 'advanceRows',
    break: (d) => ({
      advanceRows(call) {
        d.write(
          call.remaining,
          wordsOf(call.remaining).map((left) => left || 2),
        );
        d.advanceRows(call);
      },
    }),
  },
];

/** Matrices that keep the values of their first refresh. */
function staleMatrices(d: Device): Partial<Device> {
  const seen = new Set<unknown>();
  let kept: Float64Array = new Float64Array();
  return {
    refreshMatrices([matrix]) {
      const values = valuesOf(matrix!.values);
      if (seen.has(matrix)) d.write(matrix!.values, kept);
      seen.add(matrix);
      kept = values;
    },
  };
}

describe('the case table finds that', () => {
  for (const { name, kernel, error, break: breakDevice } of FAULTS) {
    test(name, async () => {
      const faulty: Device = { ...sound, ...breakDevice(sound) };
      const cases = kernelCases.filter((kernelCase) => kernelCase.kernel === kernel);
      const expectations = await Promise.all(cases.map((kernelCase) => expectationOf(sound, kernelCase)));
      const outcome = runKernelCases(faulty, expectations);
      if (error) await expect(outcome).rejects.toThrow(error);
      else expect((await outcome).length).toBeGreaterThan(0);
    });
  }
});

/** The relative size of the last bit of an f64. */
const LAST_BIT = 2 ** -52;

const INEXACTNESS: readonly (Fault & { property: string })[] = [
  {
    name: 'linear sums in another order in batches of six',
    property: 'row independence',
    kernel: 'linear',
    break: (d) => ({
      linear(call) {
        d.linear(call);
        if (call.rows >= 6) change(call.out, (value) => value * (1 + LAST_BIT));
      },
    }),
  },
  {
    name: 'attention treats a prefix that is no multiple of four apart',
    property: 'prefix boundary',
    kernel: 'attention',
    break: (d) => ({
      attention(call) {
        d.attention(call);
        const prefix = wordsOf(call.context.prefixLength).at(-1)!;
        if (prefix % 4 !== 0) change(call.out, (value) => value * (1 + LAST_BIT));
      },
    }),
  },
  {
    name: 'linearWeightGradient sums its rows before it adds',
    property: 'split invariance',
    kernel: 'linearWeightGradient',
    break: (d) => ({
      linearWeightGradient(call) {
        const before = valuesOf(call.weightGradient);
        d.zero(call.weightGradient);
        d.linearWeightGradient(call);
        change(call.weightGradient, (value, index) => value + before[index]!);
      },
    }),
  },
  {
    name: 'headSample takes the logarithm another way',
    property: 'sampler equals learner',
    kernel: 'headSample',
    break: (d) => ({
      headSample(call) {
        d.headSample(call);
        change(call.logProbability, (value) => value * (1 + LAST_BIT));
      },
    }),
  },
  {
    name: 'attention lets a token that nobody sees through with weight zero',
    property: 'unseen slots',
    kernel: 'attention',
    break: (d) => ({
      attention(call) {
        const lengths = wordsOf(call.context.ownLength);
        d.write(
          call.context.ownLength,
          lengths.map((length) => Math.ceil(length / 4) * 4),
        );
        d.attention(call);
        d.write(call.context.ownLength, lengths);
      },
    }),
  },
];

describe('the exactness checks find that', () => {
  for (const { name, property, break: breakDevice } of INEXACTNESS) {
    test(name, async () => {
      const faulty: Device = { ...sound, ...breakDevice(sound) };
      const outcomes = await Promise.all(exactnessChecks.filter((check) => check.property === property).map((check) => check.run(faulty)));
      expect(outcomes.filter((problem) => problem !== undefined).length).toBeGreaterThan(0);
    });
  }
});
