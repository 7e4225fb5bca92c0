/** Every kernel with a backward, on the reference device, against central finite differences in f64. */
import { describe, expect, test } from 'bun:test';
import { createReferenceDevice, type DeviceBuffer, SUPPRESSED } from '@or1/compute';
import { checkGradient, type Family, type GradientCheck, layOutFamilies, qkvWidth, RandomSource, runPlaced } from '@or1/compute/testing';

const device = createReferenceDevice();
const TOLERANCE = 1e-6;

/** Random values in f64, so that no digits are lost to rounding. */
function uniform(random: RandomSource, length: number, low = -1, high = 1): Float64Array {
  return Float64Array.from({ length }, () => low + (high - low) * (random.word() / 2 ** 32));
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}

async function expectGradient(check: GradientCheck): Promise<void> {
  for (const worst of await checkGradient(check)) {
    expect(worst.error, `${worst.parameter}[${worst.index}]: ${worst.analytic}, by differences ${worst.numeric}`).toBeLessThan(TOLERANCE);
  }
}

test('embedding with repeated ids', async () => {
  const [rows, entries, width] = [7, 4, 3];
  const random = new RandomSource('gradient of embedding');
  const ids = Uint32Array.of(2, 0, 2, 2, 1, 3, 0);
  const weights = uniform(random, rows * width);
  await expectGradient({
    parameters: { table: uniform(random, entries * width) },
    async loss({ table }) {
      const { out } = await runPlaced({
        device,
        arrays: { table: table!, ids, out: new Float64Array(rows * width) },
        outputs: ['out'],
        run: (buffers) => device.embedding({ ...buffers, rows, width }),
      });
      return dot(out, weights);
    },
    async gradient() {
      const { table } = await runPlaced({
        device,
        arrays: { table: new Float64Array(entries * width), ids, outGradient: weights },
        outputs: ['table'],
        run: ({ table, ids, outGradient }) => device.embeddingBackward({ tableGradient: table, ids, outGradient, rows, width }),
      });
      return { table };
    },
  });
});

describe('rmsNorm', () => {
  const shapes = [
    { name: 'of rows', rows: 4, width: 7, groups: 1, stride: 7 },
    { name: 'of one element', rows: 3, width: 1, groups: 1, stride: 1 },
    { name: 'of groups in longer rows', rows: 3, width: 4, groups: 2, stride: 11 },
  ];
  for (const { name, rows, width, groups, stride } of shapes) {
    // The sum of x and residual goes on beside the norm, as in a decoder, so it has a gradient of its own that the norm's adds to.
    test(`${name}, residual passed on`, async () => {
      const random = new RandomSource(`gradient of rmsNorm ${name}`);
      const used = Float64Array.from({ length: rows * stride }, (_, index) => (index % stride < groups * width ? 1 : 0));
      const outWeights = uniform(random, rows * stride).map((value, index) => value * used[index]!);
      const sumWeights = uniform(random, rows * stride).map((value, index) => value * used[index]!);
      const shape = { rows, width, groups, stride, epsilon: 0.3 };
      await expectGradient({
        parameters: { x: uniform(random, rows * stride), residual: uniform(random, rows * stride), weight: uniform(random, width, 0.5, 2) },
        async loss({ x, residual, weight }) {
          const after = await runPlaced({
            device,
            arrays: { x: x!, residual: residual!, weight: weight!, out: new Float64Array(rows * stride) },
            outputs: ['x', 'out'],
            run: (buffers) => device.rmsNorm({ ...buffers, ...shape, outStride: stride }),
          });
          return dot(after.out, outWeights) + dot(after.x, sumWeights);
        },
        async gradient({ x, residual, weight }) {
          const { xGradient, weightGradient } = await runPlaced({
            device,
            arrays: {
              x: x!.map((value, index) => value + residual![index]!),
              weight: weight!,
              outGradient: outWeights,
              xGradient: sumWeights,
              weightGradient: new Float64Array(width),
              scratch: new Float64Array(rows * groups),
            },
            outputs: ['xGradient', 'weightGradient'],
            run: (buffers) => device.rmsNormBackward({ ...buffers, ...shape, accumulate: true, gradientStride: stride }),
          });
          return { x: xGradient, residual: xGradient, weight: weightGradient };
        },
      });
    });
  }
});

test('linear: input, weight and bias', async () => {
  const [rows, outputs, inputs] = [3, 4, 5];
  const random = new RandomSource('gradient of linear');
  const weights = uniform(random, rows * outputs);
  await expectGradient({
    parameters: { x: uniform(random, rows * inputs), values: uniform(random, outputs * inputs), bias: uniform(random, outputs) },
    async loss({ x, values, bias }) {
      const { out } = await runPlaced({
        device,
        arrays: { x: x!, values: values!, bias: bias!, out: new Float64Array(rows * outputs) },
        outputs: ['out'],
        run: ({ x, values, bias, out }, arena) =>
          device.linear({ x, matrix: device.createMatrix(arena, values, outputs, inputs, true), bias, out, rows }),
      });
      return dot(out, weights);
    },
    gradient: ({ x, values }) =>
      runPlaced({
        device,
        arrays: {
          outGradient: weights,
          input: x!,
          matrixValues: values!,
          x: new Float64Array(rows * inputs),
          values: new Float64Array(outputs * inputs),
          bias: new Float64Array(outputs),
        },
        outputs: ['x', 'values', 'bias'],
        run({ outGradient, input, matrixValues, x, values, bias }, arena) {
          const matrix = device.createMatrix(arena, matrixValues, outputs, inputs, true);
          device.linearInputGradient({ outGradient, matrix, xGradient: x, rows });
          device.linearWeightGradient({ outGradient, x: input, weightGradient: values, biasGradient: bias, rows, outputs, inputs });
        },
      }),
  });
});

describe('attention after rotation', () => {
  const layouts: { name: string; queryHeads: number; keyHeads: number; headWidth: number; families: Family[] }[] = [
    { name: 'one sequence', queryHeads: 1, keyHeads: 1, headWidth: 2, families: [{ prefix: 0, own: [6] }] },
    { name: 'a prefix alone', queryHeads: 2, keyHeads: 1, headWidth: 2, families: [{ prefix: 5, own: [] }] },
    { name: 'a shared prefix', queryHeads: 2, keyHeads: 2, headWidth: 4, families: [{ prefix: 3, own: [2, 1, 3] }] },
    {
      name: 'several families, three query heads a key head',
      queryHeads: 6,
      keyHeads: 2,
      headWidth: 2,
      families: [
        { prefix: 2, own: [3, 1] },
        { prefix: 0, own: [2, 4] },
        { prefix: 1, own: [1] },
      ],
    },
  ];
  for (const { name, families, ...heads } of layouts) {
    test(name, async () => {
      const { queryHeads, keyHeads, headWidth } = heads;
      const layout = layOutFamilies(families);
      const { rows, cachePositions, slots, positions, prefixStart, prefixLength, ownStart, ownLength, familyStart } = layout;
      const random = new RandomSource(`gradient of attention ${name}`);
      const weights = uniform(random, rows * queryHeads * headWidth);
      const angles = uniform(random, (16 * headWidth) / 2, -3, 3);
      const shared = {
        slots,
        positions,
        prefixStart,
        prefixLength,
        ownStart,
        ownLength,
        cosine: angles.map(Math.cos),
        sine: angles.map(Math.sin),
      };
      const results = () => ({ out: new Float64Array(weights.length), logSumExp: new Float64Array(rows * queryHeads) });
      type Shared = Record<keyof typeof shared | 'qkv' | 'out' | 'logSumExp', DeviceBuffer>;
      const forward = (buffers: Shared, arena: Parameters<typeof device.createCache>[0]) => {
        const cache = device.createCache(arena, cachePositions, keyHeads, headWidth);
        device.rotateAndStore({ ...buffers, cache, rows, queryHeads });
        device.attention({ ...buffers, context: buffers, cache, rows, queryHeads });
        return cache;
      };
      const extraBytes = device.cacheBytes(cachePositions, keyHeads, headWidth);
      await expectGradient({
        parameters: { qkv: uniform(random, rows * qkvWidth(heads), -1.5, 1.5) },
        async loss({ qkv }) {
          const arrays = { qkv: qkv!, ...shared, ...results() };
          const { out } = await runPlaced({ device, arrays, outputs: ['out'], extraBytes, run: forward });
          return dot(out, weights);
        },
        async gradient({ qkv }) {
          const arrays = {
            qkv: qkv!,
            ...shared,
            ...results(),
            familyStart,
            outGradient: weights,
            qkvGradient: new Float64Array(qkv!.length),
          };
          const { qkvGradient } = await runPlaced({
            device,
            arrays,
            outputs: ['qkvGradient'],
            extraBytes,
            run(buffers, arena) {
              const cache = forward(buffers, arena);
              device.attentionBackward({ ...buffers, context: buffers, cache, families: families.length, rows, queryHeads });
              device.rotateBackward({ ...buffers, rows, queryHeads, keyHeads, headWidth });
            },
          });
          return { qkv: qkvGradient };
        },
      });
    });
  }
});

test('swiGlu', async () => {
  const [rows, width] = [3, 4];
  const random = new RandomSource('gradient of swiGlu');
  const weights = uniform(random, rows * width);
  await expectGradient({
    parameters: { gateUp: uniform(random, rows * 2 * width, -4, 4) },
    async loss({ gateUp }) {
      const { out } = await runPlaced({
        device,
        arrays: { gateUp: gateUp!, out: new Float64Array(rows * width) },
        outputs: ['out'],
        run: (buffers) => device.swiGlu({ ...buffers, rows, width }),
      });
      return dot(out, weights);
    },
    async gradient({ gateUp }) {
      const { gateUpGradient } = await runPlaced({
        device,
        arrays: { gateUp: gateUp!, outGradient: weights, gateUpGradient: new Float64Array(gateUp!.length) },
        outputs: ['gateUpGradient'],
        run: (buffers) => device.swiGluBackward({ ...buffers, rows, width }),
      });
      return { gateUp: gateUpGradient };
    },
  });
});

describe('head', () => {
  const [rows, width, vocabulary] = [4, 3, 6];
  const variants = [
    { name: 'log-probability alone', temperature: 1, masked: false, logProbability: 1, entropy: 0 },
    { name: 'entropy alone', temperature: 1, masked: false, logProbability: 0, entropy: 1 },
    { name: 'both, temperature 0.6', temperature: 0.6, masked: false, logProbability: 1, entropy: 1 },
    { name: 'both, temperature 1.7, mask', temperature: 1.7, masked: true, logProbability: 1, entropy: 1 },
  ];
  for (const { name, temperature, masked, logProbability, entropy } of variants) {
    test(name, async () => {
      const random = new RandomSource(`gradient of head ${name}`);
      const targets = Uint32Array.of(0, 5, 3, 3);
      const mask = Float64Array.from({ length: vocabulary }, (_, token) => (masked && (token === 1 || token === 4) ? SUPPRESSED : 0));
      const logProbabilityWeight = uniform(random, rows).map((value) => value * logProbability);
      const entropyWeight = uniform(random, rows).map((value) => value * entropy);
      const scores = () => ({ logProbability: new Float64Array(rows), entropy: new Float64Array(rows), logSumExp: new Float64Array(rows) });
      await expectGradient({
        parameters: { hidden: uniform(random, rows * width), values: uniform(random, vocabulary * width) },
        async loss({ hidden, values }) {
          const result = await runPlaced({
            device,
            arrays: { hidden: hidden!, values: values!, mask, targets, ...scores() },
            outputs: ['logProbability', 'entropy'],
            run: ({ values, ...buffers }, arena) =>
              device.headForward({ ...buffers, matrix: device.createMatrix(arena, values, vocabulary, width, true), temperature, rows }),
          });
          return dot(result.logProbability, logProbabilityWeight) + dot(result.entropy, entropyWeight);
        },
        async gradient({ hidden, values }) {
          const { hiddenGradient, weightGradient } = await runPlaced({
            device,
            arrays: {
              hidden: hidden!,
              values: values!,
              mask,
              targets,
              ...scores(),
              logProbabilityWeight,
              entropyWeight,
              hiddenGradient: new Float64Array(rows * width),
              weightGradient: new Float64Array(vocabulary * width),
            },
            outputs: ['hiddenGradient', 'weightGradient'],
            run({ values, ...buffers }, arena) {
              const shared = { ...buffers, matrix: device.createMatrix(arena, values, vocabulary, width, true), temperature, rows };
              device.headForward(shared);
              device.headBackward(shared);
            },
          });
          return { hidden: hiddenGradient, values: weightGradient };
        },
      });
    });
  }
});

describe('checkGradient', () => {
  const cube = (scale: number): GradientCheck => ({
    parameters: { x: Float64Array.of(0.5, -2) },
    loss: async ({ x }) => x!.reduce((sum, value) => sum + value ** 3, 0),
    gradient: async ({ x }) => ({ x: x!.map((value) => scale * 3 * value ** 2) }),
  });

  test('accepts the derivative and tells how wrong another is', async () => {
    expect((await checkGradient(cube(1)))[0]!.error).toBeLessThan(1e-9);
    expect((await checkGradient(cube(1.01)))[0]!.error).toBeCloseTo(0.01, 6);
    expect((await checkGradient(cube(Number.NaN)))[0]!.error).toBe(Infinity);
  });

  test('refuses a loss that does not depend on a parameter', async () => {
    await expect(checkGradient({ ...cube(1), loss: async () => 1 })).rejects.toThrow('does not depend on "x"');
  });
});
