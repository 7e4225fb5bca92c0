import { decodeValues } from '../safetensors-values.ts';

/** How a storage type packs values: blocks of `elements` in `bytes`. */
export interface GgufStorage {
  readonly name: string;
  readonly elements: number;
  readonly bytes: number;
  /** Writes the values of whole blocks to `out`, in f32. */
  decode(bytes: Uint8Array<ArrayBuffer>, out: Float32Array): void;
}

/** Block layouts are those of ggml (ggml-common.h): a scale d, in some a minimum m, both f16, then small whole numbers. */
function blocks(
  name: string,
  elements: number,
  bytes: number,
  decodeBlock: (view: DataView, at: number, half: (at: number) => number, out: Float32Array, to: number) => void,
): GgufStorage {
  return {
    name,
    elements,
    bytes,
    decode(source, out) {
      const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
      const bits = new Uint16Array(1);
      const widened = new Float32Array(1);
      const half = (at: number): number => {
        bits[0] = view.getUint16(at, true);
        decodeValues('f16', new Uint8Array(bits.buffer), widened);
        return widened[0]!;
      };
      for (let block = 0; block * elements < out.length; block++) decodeBlock(view, block * bytes, half, out, block * elements);
    },
  };
}

const plain = (name: string, storage: 'f32' | 'f16' | 'bf16', bytes: number): GgufStorage => ({
  name,
  elements: 1,
  bytes,
  decode: (source, out) => decodeValues(storage, source, out),
});

/** Sixteen bytes hold 32 numbers of four bits: the lower halves first, then the upper ones. */
function fourBits(view: DataView, at: number, out: Float32Array, to: number, decoded: (number: number) => number): void {
  for (let index = 0; index < 16; index++) {
    const pair = view.getUint8(at + index);
    out[to + index] = decoded(pair & 15);
    out[to + 16 + index] = decoded(pair >> 4);
  }
}

/** Two halves of 128 numbers: four low bits, two high bits, and a scale for every sixteen. */
function sixBits(view: DataView, at: number, half: (at: number) => number, out: Float32Array, to: number): void {
  const scale = half(at + 208);
  for (let part = 0; part < 2; part++) {
    for (let index = 0; index < 32; index++) {
      const high = view.getUint8(at + 128 + part * 32 + index);
      for (let quarter = 0; quarter < 4; quarter++) {
        const low = view.getUint8(at + part * 64 + (quarter % 2) * 32 + index) >> (quarter < 2 ? 0 : 4);
        const number = ((low & 15) | (((high >> (2 * quarter)) & 3) << 4)) - 32;
        const own = view.getInt8(at + 192 + part * 8 + quarter * 2 + (index >> 4));
        out[to + part * 128 + quarter * 32 + index] = scale * own * number;
      }
    }
  }
}

/** By ggml's number of the type. */
export const GGUF_STORAGE: ReadonlyMap<number, GgufStorage> = new Map([
  [0, plain('F32', 'f32', 4)],
  [1, plain('F16', 'f16', 2)],
  [
    2,
    blocks('Q4_0', 32, 18, (view, at, half, out, to) => {
      const scale = half(at);
      fourBits(view, at + 2, out, to, (number) => (number - 8) * scale);
    }),
  ],
  [
    3,
    blocks('Q4_1', 32, 20, (view, at, half, out, to) => {
      const scale = half(at);
      const least = half(at + 2);
      fourBits(view, at + 4, out, to, (number) => number * scale + least);
    }),
  ],
  [
    8,
    blocks('Q8_0', 32, 34, (view, at, half, out, to) => {
      const scale = half(at);
      for (let index = 0; index < 32; index++) out[to + index] = view.getInt8(at + 2 + index) * scale;
    }),
  ],
  [14, blocks('Q6_K', 256, 210, sixBits)],
  [30, plain('BF16', 'bf16', 2)],
]);

/** Names of ggml's other types, for messages. */
const OTHERS: Readonly<Record<number, string>> = {
  6: 'Q5_0',
  7: 'Q5_1',
  9: 'Q8_1',
  10: 'Q2_K',
  11: 'Q3_K',
  12: 'Q4_K',
  13: 'Q5_K',
  15: 'Q8_K',
  16: 'IQ2_XXS',
  17: 'IQ2_XS',
  18: 'IQ3_XXS',
  19: 'IQ1_S',
  20: 'IQ4_NL',
  21: 'IQ3_S',
  22: 'IQ2_S',
  23: 'IQ4_XS',
  29: 'IQ1_M',
  34: 'TQ1_0',
  35: 'TQ2_0',
  39: 'MXFP4',
};

export function ggufTypeName(type: number): string {
  return GGUF_STORAGE.get(type)?.name ?? OTHERS[type] ?? `type ${type}`;
}
