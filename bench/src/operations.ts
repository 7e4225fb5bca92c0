import { type ModelConfig, parameterShapes, type TrainingGroup } from '@or1/model';

/** Tokens that a packed pass runs: each prompt once a group, and every response token but the last, which is predicted and never read. */
export function rowsOf(groups: readonly TrainingGroup[]): number {
  return groups.reduce(
    (sum, { prompt, responses }) => sum + prompt.length + responses.reduce((rows, response) => rows + response.length - 1, 0),
    0,
  );
}

export function responseTokens(groups: readonly TrainingGroup[]): number {
  return groups.reduce((sum, { responses }) => sum + responses.reduce((tokens, { length }) => tokens + length, 0), 0);
}

/** Pairs of a token and a token that it attends to, itself included. */
function attendedPairs(groups: readonly TrainingGroup[]): number {
  const triangle = (count: number) => (count * (count + 1)) / 2;
  return groups.reduce(
    (sum, { prompt, responses }) =>
      sum +
      triangle(prompt.length) +
      responses.reduce((pairs, { length }) => pairs + triangle(prompt.length + length - 1) - triangle(prompt.length), 0),
    0,
  );
}

/** Parameters that a token meets in a pass: all but the embedding table, of which it reads one row, unless the head is that table. */
function parametersInProducts(config: ModelConfig): number {
  const all = parameterShapes(config).reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
  return config.tiedHead ? all : all - config.vocabularySize * config.width;
}

/**
 * Floating-point operations of a forward and backward pass that the model itself asks for: 6 x parameters x tokens, and for attention
 * scores and mixing, 4 operations a head component and pair forward and twice that backward. What is computed a second time to save
 * memory (scores, logits) does not count.
 */
export function trainingOperations(config: ModelConfig, groups: readonly TrainingGroup[]): number {
  const attention = 12 * config.layers * config.queryHeads * config.headWidth * attendedPairs(groups);
  return 6 * parametersInProducts(config) * rowsOf(groups) + attention;
}
