import { randomWords } from '../random.ts';

/** A short, stable number for a text (FNV-1a), so that every case has inputs of its own. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ character.codePointAt(0)!, 0x01000193) >>> 0;
  return value;
}

/** Numbers for test inputs: the same name always gives the same sequence. All floats are representable in f32. */
export class RandomSource {
  private counter = 0;
  private block: readonly number[] = [];
  private readonly seed: number;

  constructor(name: string) {
    this.seed = hash(name);
  }

  word(): number {
    const place = this.counter % 4;
    if (place === 0) this.block = randomWords({ seed: this.seed, step: 0, prompt: 0, sample: 0, token: this.counter / 4 });
    this.counter += 1;
    return this.block[place]!;
  }

  /** `length` values between `low` and `high`, -1 and 1 unless given. */
  floats(length: number, low = -1, high = 1): Float32Array {
    const values = new Float32Array(length);
    for (let index = 0; index < length; index++) values[index] = low + (high - low) * (this.word() / 2 ** 32);
    return values;
  }

  /** `length` whole numbers from 0 to `below` - 1. */
  integers(length: number, below: number): Uint32Array {
    return Uint32Array.from({ length }, () => Math.floor((this.word() / 2 ** 32) * below));
  }

  /** The numbers 0 … length - 1 in random order. */
  permutation(length: number): Uint32Array {
    const order = Uint32Array.from({ length }, (_, index) => index);
    for (let last = length - 1; last > 0; last--) {
      const other = Math.floor((this.word() / 2 ** 32) * (last + 1));
      [order[last], order[other]] = [order[other]!, order[last]!];
    }
    return order;
  }
}
