import type { Embedder } from './embedder.ts';

const DIMENSIONS = 2048;

/**
 * The embedder that needs nothing: counts of words and of pairs of neighbouring words, each folded into one of 2048 dimensions with a sign by its
 * hash (feature hashing, Weinberger et al. 2009), counts damped by a logarithm, at unit length. It sees wording, not meaning.
 */
export function hashedNgramEmbedder(): Embedder {
  return {
    fingerprint: 'hashed-ngrams/1',
    dimensions: DIMENSIONS,
    embed: async (texts) => texts.map(vectorOf),
  };
}

function vectorOf(text: string): Float32Array {
  const words = text.toLowerCase().match(/[\p{L}]+|\p{N}+|[^\s\p{L}\p{N}]/gu) ?? [];
  const counts = new Map<number, number>();
  const count = (gram: string) => {
    const hash = fnv(gram);
    counts.set(hash, (counts.get(hash) ?? 0) + 1);
  };
  words.forEach((word, index) => {
    count(word);
    if (index > 0) count(`${words[index - 1]} ${word}`);
  });
  const vector = new Float32Array(DIMENSIONS);
  for (const [hash, times] of counts) vector[(hash >>> 1) % DIMENSIONS]! += (hash & 1 ? 1 : -1) * (1 + Math.log(times));
  return toUnit(vector);
}

/** FNV-1a over UTF-16 units, with a final mix so that the low bits depend on all of them. */
function fnv(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** Scales a vector to unit length, in place; a vector of zeros stays. */
export function toUnit(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (squares > 0) {
    const scale = 1 / Math.sqrt(squares);
    for (let index = 0; index < vector.length; index++) vector[index]! *= scale;
  }
  return vector;
}
