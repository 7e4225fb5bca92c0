/** Reads and writes of WebAssembly's variable-length integers (LEB128), as far as a module rewriter needs them. */

/** A byte reader with a position; every read moves it on. */
export class ByteReader {
  constructor(
    readonly bytes: Uint8Array,
    public position = 0,
    readonly end = bytes.length,
  ) {}

  get done(): boolean {
    return this.position >= this.end;
  }

  byte(): number {
    const value = this.bytes[this.position];
    if (value === undefined || this.position >= this.end) throw new Error(`WebAssembly module ends early at byte ${this.position}`);
    this.position += 1;
    return value;
  }

  /** An unsigned 32-bit number. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const next = this.byte();
      value += (next & 127) * 2 ** shift;
      if (next < 128) return value;
    }
    throw new Error(`WebAssembly module holds a number that is too long at byte ${this.position}`);
  }

  /** Steps over a number of any sign and width without reading its value. */
  skipNumber(): void {
    while (this.byte() >= 128);
  }

  skip(count: number): void {
    this.position += count;
    if (this.position > this.end) throw new Error(`WebAssembly module ends early at byte ${this.end}`);
  }
}

/** `value` (0 .. 2^32-1) as unsigned LEB128 bytes. */
export function encodeUnsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return bytes;
}

/** `value` (a signed 32-bit integer) as signed LEB128 bytes. */
export function encodeSigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 127;
    rest >>= 7;
    if ((rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0)) {
      bytes.push(low);
      return bytes;
    }
    bytes.push(low | 128);
  }
}
