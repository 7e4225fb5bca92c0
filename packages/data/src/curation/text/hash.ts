/** 32-bit hashes of bytes and of UTF-16 texts. Two with different seeds make one of 64 bits. */

/** Spreads every bit of a u32 over all of them (the finalizer of MurmurHash3, a bijection). */
export function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Hash of `bytes[start, end)`. */
export function hashBytes(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let hash = mix(seed ^ (end - start));
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193) + ((hash >>> 19) | 0);
  return mix(hash);
}

/** Hash of the UTF-16 units of a text. */
export function hashText(text: string, seed: number): number {
  let hash = mix(seed ^ text.length);
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) + ((hash >>> 19) | 0);
  return mix(hash);
}
