import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { isJsonObject, shown } from './config-json.ts';
import type { JsonObject } from './config-types.ts';
import { ModelInputError } from './folder-error.ts';

/** Text to token ids and back, as a folder's tokenizer.json defines it. */
export interface Tokenizer {
  /** One more than the highest id, added tokens included. */
  readonly vocabularySize: number;
  /**
   * `addSpecialTokens` runs the file's post-processor (such as a begin token in front).
   *
   * @throws ModelInputError for a character that the vocabulary can in no way express.
   */
  encode(text: string, options: { readonly addSpecialTokens: boolean }): Uint32Array<ArrayBuffer>;
  /** `skipSpecial` leaves special tokens out of the text. Ids that stand for nothing (a padded vocabulary has some) give no text. */
  decode(tokens: Uint32Array | readonly number[], options: { readonly skipSpecial: boolean }): string;
  /** The id of a token's exact spelling, or null. */
  tokenId(token: string): number | null;
  /** The exact spelling of an id, or null where the id stands for nothing. */
  token(id: number): string | null;
}

/**
 * A tokenizer from the parsed `tokenizer.json` and `tokenizer_config.json` (empty where the folder has none).
 *
 * @throws ModelInputError when the tokenizer's kind is not known to `@huggingface/tokenizers`.
 */
export function createTokenizer(tokenizerJson: JsonObject, tokenizerConfig: JsonObject): Tokenizer {
  let inner: HuggingFaceTokenizer;
  try {
    // The decoded text must be what was generated; the cleaning of spaces before punctuation would change it.
    inner = new HuggingFaceTokenizer(tokenizerJson, { ...tokenizerConfig, clean_up_tokenization_spaces: false });
  } catch (cause) {
    throw new ModelInputError(`tokenizer.json cannot be used (${(cause as Error).message}); restore the file of the model's publisher`, {
      cause,
    });
  }
  let vocabularySize = 0;
  for (const id of inner.get_vocab(true).values()) vocabularySize = Math.max(vocabularySize, id + 1);
  const literal = isLiteral(tokenizerJson);
  return {
    vocabularySize,
    encode: (text, { addSpecialTokens }) => {
      if (literal) refuseLostCharacters(text, inner.tokenize(text, { add_special_tokens: false }));
      return Uint32Array.from(inner.encode(text, { add_special_tokens: addSpecialTokens }).ids);
    },
    decode: (tokens, { skipSpecial }) => {
      const known = Array.from(tokens).filter((id) => inner.id_to_token(id) !== undefined);
      return known.length === 0 ? '' : inner.decode(known, { skip_special_tokens: skipSpecial });
    },
    tokenId: (token) => inner.token_to_id(token) ?? null,
    token: (id) => inner.id_to_token(id) ?? null,
  };
}

/** Tokens are pieces of the text as they stand, and a character without a token has no fallback: it would silently vanish. */
function isLiteral(tokenizerJson: JsonObject): boolean {
  const { model, normalizer, pre_tokenizer: preTokenizer } = tokenizerJson;
  const whole = (normalizer ?? null) === null && (preTokenizer ?? null) === null;
  return whole && isJsonObject(model) && model.type === 'BPE' && (model.unk_token ?? null) === null && model.byte_fallback !== true;
}

function refuseLostCharacters(text: string, pieces: readonly string[]): void {
  let offset = 0;
  for (const piece of [...pieces, '']) {
    if (piece !== '' && text.startsWith(piece, offset)) {
      offset += piece.length;
    } else if (offset < text.length) {
      const character = String.fromCodePoint(text.codePointAt(offset)!);
      throw new ModelInputError(
        `the tokenizer has no token for ${JSON.stringify(character)} at character ${offset} of ${shown(text)}; leave it out`,
      );
    }
  }
}
