import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createTokenizer } from '@or1/model';
import { tokenPieces } from './token-pieces.ts';

/** One byte a token, as byte-level tokenizers do for rare characters. */
const bytes = (tokens: Uint32Array) => new TextDecoder().decode(Uint8Array.from(tokens));

describe('tokenPieces', () => {
  test('joins the tokens of a split character', () => {
    const text = 'a→🙂b';
    const pieces = tokenPieces(Uint32Array.from(new TextEncoder().encode(text)), bytes);
    expect(pieces).toEqual(['a', '', '', '→', '', '', '', '🙂', 'b']);
  });

  test('keeps a character that the model left unfinished', () => {
    expect(tokenPieces(Uint32Array.of(97, 0xe2), bytes)).toEqual(['a', '\uFFFD']);
  });

  test('gives a space to the token that brings it', () => {
    const words = ['one', 'two', 'three'];
    const spaced = (tokens: Uint32Array) => Array.from(tokens, (token) => words[token]).join(' ');
    expect(tokenPieces(Uint32Array.of(0, 1, 2), spaced)).toEqual(['one', ' two', ' three']);
  });

  test('refuses to show pieces that spell another text', () => {
    const backwards = (tokens: Uint32Array) => [...tokens].reverse().join('');
    expect(tokenPieces(Uint32Array.of(1, 2, 3), backwards)).toBeNull();
  });

  const folder = join(import.meta.dir, '../../../../shared/tokenizers/smollm2-135m');
  test.skipIf(!existsSync(folder))('spells text of a byte-level vocabulary', async () => {
    const tokenizer = createTokenizer(await Bun.file(join(folder, 'tokenizer.json')).json(), {});
    const text = 'Let x = 3.\n\n数学很有趣 🙂🙃 and 𝔽₂, done.';
    const pieces = tokenPieces(tokenizer.encode(text, { addSpecialTokens: false }), (tokens) =>
      tokenizer.decode(tokens, { skipSpecial: false }),
    );
    expect(pieces?.join('')).toBe(text);
    expect(pieces!.some((piece) => piece.includes('\uFFFD'))).toBe(false);
  });
});
