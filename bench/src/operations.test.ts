import { expect, test } from 'bun:test';
import { miniModel, nanoModel } from './models.ts';
import { responseTokens, rowsOf, trainingOperations } from './operations.ts';

const group = (prompt: number, ...responses: number[]) => ({
  prompt: new Uint32Array(prompt),
  responses: responses.map((length) => new Uint32Array(length)),
});

test('rows count a prompt once and leave out tokens that are only predicted', () => {
  const groups = [group(5, 3, 1), group(2, 4)];
  expect(rowsOf(groups)).toBe(5 + 2 + 0 + 2 + 3);
  expect(responseTokens(groups)).toBe(8);
});

test('operations are 6 x parameters x tokens and the attention of every pair', async () => {
  const { config } = await nanoModel();
  // 4 layers of q 128x128, k and v 64x128, o 128x128, gate, up, down 512x128, three biases and two norms; 60 symbols; the last norm.
  const layer = 128 * 128 * 2 + 2 * 64 * 128 + 3 * 512 * 128 + 128 + 64 + 64 + 2 * 128;
  const parameters = 4 * layer + 60 * 128 + 128;
  // Rows see 1, 2 (prompt), then 3, 4 and 3 tokens.
  const pairs = 1 + 2 + 3 + 4 + 3;
  expect(trainingOperations(config, [group(2, 3, 2)])).toBe(6 * parameters * 5 + 12 * 4 * 128 * pairs);
});

test('the larger model has the size that it is named for', () => {
  const { config } = miniModel(1);
  const one = trainingOperations(config, [group(1, 1)]) - 12 * config.layers * 256;
  expect(one / 6 / 1e6).toBeCloseTo(5.8, 0);
});
