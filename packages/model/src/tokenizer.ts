/** Text to token ids and back, as a folder's tokenizer.json defines it. */
export interface Tokenizer {
  /** Ids 0 … size - 1 may occur; added tokens included. */
  readonly vocabularySize: number;
  /** `addSpecialTokens` runs the file's post-processor (such as a begin token in front). */
  encode(text: string, options: { readonly addSpecialTokens: boolean }): Uint32Array;
  /** `skipSpecial` leaves special tokens out of the text. */
  decode(tokens: Uint32Array | readonly number[], options: { readonly skipSpecial: boolean }): string;
  /** The id of a token's exact spelling, or null. */
  tokenId(token: string): number | null;
}
