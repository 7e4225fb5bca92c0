import { deriveKey, RandomStream } from '@or1/data';
import { type ModelConfig, parameterShapes, type TensorReader } from '@or1/model';

/** A standard normal number by the method of Box and Muller (1958). */
function normal(random: RandomStream): number {
  // 1 - u lies in (0, 1], so that the logarithm is finite.
  const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
  return radius * Math.cos(2 * Math.PI * random.uniform());
}

/**
 * Fresh weights for a configuration: matrices normal around 0, norms 1, biases 0. Each tensor's numbers depend on the seed and its
 * place alone.
 */
export function initialWeights(config: ModelConfig, standardDeviation: number, seed: number): TensorReader {
  const shapes = parameterShapes(config);
  return {
    async read(name) {
      const index = shapes.findIndex((candidate) => candidate.name === name);
      if (index < 0) throw new Error(`the configuration has no parameter ${name}`);
      const values = new Float32Array(shapes[index]!.shape.reduce((product, size) => product * size, 1));
      if (name.endsWith('norm.weight')) return values.fill(1);
      if (name.endsWith('.bias')) return values;
      const random = new RandomStream(deriveKey(seed, 0x696e6974, index));
      return values.map(() => standardDeviation * normal(random));
    },
  };
}
