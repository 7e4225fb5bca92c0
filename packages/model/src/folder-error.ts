/** The model folder, or what was asked of it, is wrong: the message says what, where and how to mend it. */
export class ModelInputError extends Error {
  override readonly name = 'ModelInputError';
}
