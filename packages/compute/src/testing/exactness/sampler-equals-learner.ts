/** The sampler's log-probability and entropy of a token are the learner's: headSample and headForward agree bit for bit. */
import type { Sampling } from '../../device.ts';
import { describeHead, type HeadShape, headInputs } from '../cases/head.ts';
import { UNFILTERED } from '../cases/head-sample.ts';
import { runPlaced, unwritten } from '../place.ts';
import { RandomSource } from '../random-source.ts';
import { type ExactnessCheck, violation } from './exactness-check.ts';

function samplerEqualsLearner(shape: Omit<HeadShape, 'temperature'>, sampling: Sampling): ExactnessCheck {
  const { rows, width, vocabulary } = shape;
  const temperature = sampling.temperature === 0 ? 1 : sampling.temperature;
  return {
    property: 'sampler equals learner',
    name: `${describeHead({ ...shape, temperature })}, top-k ${sampling.topK}, top-p ${sampling.topP}${sampling.temperature === 0 ? ', greedy' : ''}`,
    async run(device) {
      const random = new RandomSource(`sampler equals learner ${vocabulary}`);
      const { hidden, values, mask } = headInputs('sampler equals learner', { ...shape, temperature });
      const outputs = await runPlaced({
        device,
        arrays: {
          hidden,
          values,
          mask,
          bits: Uint32Array.from({ length: rows }, () => random.word()),
          tokens: new Uint32Array(rows),
          sampledLogProbability: unwritten(rows),
          sampledEntropy: unwritten(rows),
          logProbability: unwritten(rows),
          entropy: unwritten(rows),
          logSumExp: unwritten(rows),
        },
        outputs: ['sampledLogProbability', 'sampledEntropy', 'logProbability', 'entropy'],
        extraBytes: device.matrixBytes(vocabulary, width, false),
        run({ hidden, values, mask, bits, tokens, sampledLogProbability, sampledEntropy, logProbability, entropy, logSumExp }, arena) {
          const matrix = device.createMatrix(arena, values, vocabulary, width, false);
          const shared = { hidden, matrix, rows, ...(shape.mask !== 'none' && { mask }) };
          device.refreshMatrices([matrix]);
          device.headSample({ ...shared, sampling, bits, tokens, logProbability: sampledLogProbability, entropy: sampledEntropy });
          device.headForward({ ...shared, targets: tokens, temperature, logProbability, entropy, logSumExp });
        },
      });
      return violation(
        'sampled',
        { logProbability: outputs.logProbability, entropy: outputs.entropy },
        { logProbability: outputs.sampledLogProbability, entropy: outputs.sampledEntropy },
      );
    },
  };
}

const SAMPLINGS: readonly Sampling[] = [
  UNFILTERED,
  { ...UNFILTERED, temperature: 0 },
  { ...UNFILTERED, temperature: 0.6, topP: 0.9 },
  { ...UNFILTERED, temperature: 1.7, topK: 20, minP: 0.02 },
];

export const samplerEqualsLearnerChecks: readonly ExactnessCheck[] = [1, 5, 97, 1024, 1025, 2051].flatMap((vocabulary, index) =>
  SAMPLINGS.map((sampling, variant) =>
    samplerEqualsLearner(
      { rows: [1, 7, 33][(index + variant) % 3]!, width: 12, vocabulary, mask: variant % 2 === 0 ? 'none' : 'some' },
      sampling,
    ),
  ),
);
