/**
 * Sampling. Rows whose outcome hangs on the last bits of a logit are left out when the inputs are made: a token must win, and pass or
 * fail each filter, by a margin that f32 arithmetic cannot bridge. What is left has one right token, so tokens are compared exactly.
 */
import type { Sampling } from '../../device.ts';
import { filteredWeights } from '../../reference/sampling.ts';
import type { KernelCase } from '../kernel-case.ts';
import { runPlaced, unwritten } from '../place.ts';
import { RandomSource } from '../random-source.ts';
import { describeHead, type HeadShape, headInputs, hiddenRange } from './head.ts';
import { headMagnitudes } from './head-magnitudes.ts';

interface SampleShape extends Omit<HeadShape, 'temperature'> {
  readonly sampling: Sampling;
  /** Whole numbers as hidden states and weights: many logits are equal, and exactly so on every device. */
  readonly ties?: boolean;
  /** The same random word for every row, in place of drawn ones. */
  readonly bits?: number;
}

/** Share of the distribution, or distance of logits, within which an outcome counts as undecided. */
const MARGIN = 2e-5;

export const UNFILTERED: Sampling = { temperature: 1, topK: 0, topP: 1, minP: 0 };

function temperatureOf({ sampling }: SampleShape): number {
  return sampling.temperature === 0 ? 1 : sampling.temperature;
}

function describeSample(shape: SampleShape): string {
  const { sampling, ties, bits } = shape;
  const { temperature, topK, topP, minP } = sampling;
  const head = describeHead({ ...shape, temperature });
  return `${head}, top-k ${topK}, top-p ${topP}, min-p ${minP}${ties ? ', ties' : ''}${bits === undefined ? '' : `, bits ${bits}`}`;
}

function keptTokens(logits: Float64Array, sampling: Sampling): string {
  const greedy = sampling.temperature === 0;
  const weights = filteredWeights(logits, greedy ? { ...sampling, topK: 1, topP: 1, minP: 0 } : sampling);
  return Array.from(weights.keys())
    .filter((token) => weights[token]! > 0)
    .join();
}

/** Whether the filters keep the same tokens when every threshold and logit moves a little. */
function filtersDecided(logits: Float64Array, sampling: Sampling): boolean {
  const kept = keptTokens(logits, sampling);
  const moved = [-MARGIN, MARGIN].map((by) => ({
    ...sampling,
    topP: sampling.topP === 1 ? 1 : Math.min(1, Math.max(Number.MIN_VALUE, sampling.topP + by)),
    minP: sampling.minP === 1 ? 1 : sampling.minP * (1 + by),
  }));
  if (moved.some((each) => keptTokens(logits, each) !== kept)) return false;
  const keptSet = new Set(kept.split(',').map(Number));
  const lowestKept = Math.min(...Array.from(keptSet, (token) => logits[token]!));
  return logits.every((logit, token) => keptSet.has(token) || logit === lowestKept || Math.abs(logit - lowestKept) > MARGIN);
}

/** Whether the word lands well inside one token's interval of the cumulative distribution. */
function drawDecided(logits: Float64Array, sampling: Sampling, bits: number): boolean {
  if (sampling.temperature === 0) return true;
  const weights = filteredWeights(logits, sampling);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const uniform = bits / 2 ** 32;
  let cumulative = 0;
  return weights.every((weight) => {
    cumulative += weight / total;
    const isEnd = cumulative > 1 - 1e-9;
    return weight === 0 || isEnd || Math.abs(cumulative - uniform) > MARGIN;
  });
}

function logitsOf(hidden: Float32Array, values: Float32Array, mask: Float32Array, temperature: number): Float64Array {
  const width = hidden.length;
  return Float64Array.from(mask, (masked, v) => {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += hidden[i]! * values[v * width + i]!;
    return sum / temperature + masked;
  });
}

function sampleInputs(shape: SampleShape) {
  const { rows, width, sampling, ties, bits: givenBits, range = ties ? 2 : hiddenRange(width) } = shape;
  const base = headInputs('headSample', { ...shape, temperature: sampling.temperature });
  const random = new RandomSource(`headSample rows ${describeSample(shape)}`);
  const whole = (values: Float32Array) => values.map((value) => Math.round(value));
  const values = ties ? whole(base.values) : base.values;
  const mask = shape.mask === 'none' ? base.mask.map(() => 0) : base.mask;
  const hidden = new Float32Array(rows * width);
  const bits = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) {
    for (let attempt = 0; ; attempt++) {
      if (attempt === 500) throw new Error(`no row with a decided outcome was found: ${describeSample(shape)}`);
      const drawn = random.floats(width, -range, range);
      const candidate = ties ? whole(drawn) : drawn;
      const word = givenBits ?? random.word();
      const logits = logitsOf(candidate, values, mask, temperatureOf(shape));
      if (!filtersDecided(logits, sampling) || !drawDecided(logits, sampling, word)) continue;
      hidden.set(candidate, row * width);
      bits[row] = word;
      break;
    }
  }
  return { hidden, values, mask, bits };
}

function sampleCase(shape: SampleShape): KernelCase {
  const { rows, width, vocabulary, sampling } = shape;
  // Looking for decided rows takes longer than running the case.
  let found: ReturnType<typeof sampleInputs> | undefined;
  const inputs = () => {
    found ??= sampleInputs(shape);
    return found;
  };
  return {
    kernel: 'headSample',
    name: describeSample(shape),
    run: (device, placement) =>
      runPlaced({
        device,
        placement,
        arrays: {
          ...inputs(),
          tokens: new Uint32Array(rows).fill(0xffffffff),
          logProbability: unwritten(rows),
          entropy: unwritten(rows),
        },
        outputs: ['tokens', 'logProbability', 'entropy'],
        extraBytes: device.matrixBytes(vocabulary, width, false),
        run({ values, mask, ...buffers }, arena) {
          const matrix = device.createMatrix(arena, values, vocabulary, width, false);
          device.refreshMatrices([matrix]);
          device.headSample({ ...buffers, matrix, sampling, rows, ...(shape.mask !== 'none' && { mask }) });
        },
      }),
    allowed({ tokens }) {
      const scored = { ...inputs(), targets: tokens as Uint32Array };
      const { logProbability, entropy } = headMagnitudes(scored, { ...shape, temperature: temperatureOf(shape) }).bounds;
      return { tokens: 'exact', logProbability, entropy };
    },
  };
}

const VOCABULARIES = [1, 2, 3, 4, 5, 6, 7, 60, 64, 97, 1024, 1025, 2051];
const ROWS = [1, 7, 33, 13, 6, 2, 8];
const WIDTHS = [12, 3, 64, 8, 127, 1];

const FILTERS: readonly Partial<Sampling>[] = [
  {},
  { temperature: 0 },
  { temperature: 0.6 },
  { temperature: 1.7 },
  { topK: 1 },
  { topK: 5 },
  { topK: 4000 },
  { topP: 0.9 },
  { topP: 0.5, temperature: 1.7 },
  { topP: 1e-7 },
  { minP: 0.05 },
  { minP: 1 },
  { topK: 20, topP: 0.8 },
  { topK: 3, topP: 0.95, minP: 0.1, temperature: 0.6 },
  { topP: 0.7, minP: 0.2 },
];

/** Every filter on five vocabularies, walking through the other lists as it goes. */
const SHAPES: readonly SampleShape[] = FILTERS.flatMap((filter, index) =>
  [0, 1, 2, 3, 4].map(
    (variant): SampleShape => ({
      vocabulary: VOCABULARIES[(index + variant * 3) % VOCABULARIES.length]!,
      rows: ROWS[(index + variant) % ROWS.length]!,
      width: WIDTHS[(index + variant * 5) % WIDTHS.length]!,
      mask: (index + variant) % 3 === 0 ? 'some' : 'none',
      sampling: { ...UNFILTERED, ...filter },
    }),
  ),
);

const TIED: readonly Partial<Sampling>[] = [
  { temperature: 0 },
  {},
  { topK: 1 },
  { topK: 4 },
  { topP: 0.43 },
  { minP: 1 },
  { topK: 7, topP: 0.61 },
];

const SPECIAL: readonly SampleShape[] = [
  ...TIED.flatMap((filter): SampleShape[] => [
    { vocabulary: 60, rows: 8, width: 2, mask: 'none', ties: true, sampling: { ...UNFILTERED, ...filter } },
    { vocabulary: 1025, rows: 3, width: 1, mask: 'some', ties: true, sampling: { ...UNFILTERED, ...filter } },
  ]),
  ...[0, 2 ** 32 - 1].flatMap((bits): SampleShape[] => [
    { vocabulary: 7, rows: 5, width: 8, mask: 'some', bits, sampling: UNFILTERED },
    { vocabulary: 64, rows: 5, width: 8, mask: 'none', bits, sampling: { ...UNFILTERED, topP: 0.6 } },
    { vocabulary: 2051, rows: 2, width: 8, mask: 'leading', bits, sampling: { ...UNFILTERED, topK: 40 } },
  ]),
  { vocabulary: 2051, rows: 5, width: 12, mask: 'leading', sampling: UNFILTERED },
  { vocabulary: 2051, rows: 5, width: 12, mask: 'leading', sampling: { ...UNFILTERED, temperature: 0 } },
  { vocabulary: 97, rows: 5, width: 12, mask: 'all-but-one', sampling: { ...UNFILTERED, topK: 10 } },
  { vocabulary: 300, rows: 3, width: 64, mask: 'none', range: 40, sampling: { ...UNFILTERED, topP: 0.9 } },
];

export const headSampleCases: readonly KernelCase[] = [...SHAPES, ...SPECIAL].map(sampleCase);
