/**
 * The text of each token of a response, such that all pieces together spell the whole.
 *
 * A token alone does not always have a text: it may be half of a character, or gain a space only after another token. So each piece is
 * what a token adds to the text of the one before it, and a piece that ends within a character is joined to the next.
 *
 * @param decode text of a run of tokens, special tokens included
 * @returns null when the tokenizer spells the whole otherwise than its parts; the pieces would then show another text than was judged
 */
export function tokenPieces(tokens: Uint32Array, decode: (tokens: Uint32Array) => string): string[] | null {
  const pieces: string[] = [];
  // First token of the text that is still being put together.
  let open = 0;
  for (let index = 0; index < tokens.length; index += 1) {
    const context = Math.max(0, open - 1);
    const before = decode(tokens.subarray(context, open));
    const text = decode(tokens.subarray(context, index + 1)).slice(before.length);
    const complete = !text.endsWith('\uFFFD') || index === tokens.length - 1;
    pieces.push(complete ? text : '');
    if (complete) open = index + 1;
  }
  return pieces.join('') === decode(tokens) ? pieces : null;
}
