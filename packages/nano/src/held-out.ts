import { threefry } from '@or1/data';

/** One problem in ten is held out. */
export const HELD_OUT_SHARE = 0.1;

/**
 * Which side of the split a problem is on, by a hash of its key: so the two sides never meet, whatever is drawn, and every program agrees
 * on them without a list. `key` is the problem without the order of its operands.
 */
export function isHeldOut(key: string): boolean {
  let words: [number, number] = [0x6e616e6f, key.length];
  for (let at = 0; at < key.length; at++) words = threefry(words, [key.charCodeAt(at), at]);
  return words[0] < HELD_OUT_SHARE * 0x1_0000_0000;
}
