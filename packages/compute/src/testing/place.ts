/**
 * Puts host arrays into device buffers for one run of a kernel, and looks afterwards whether anything was written beside them.
 */
import type { Arena, Device, DeviceBuffer, ElementType, HostArray } from '../device.ts';

/** Elements before and after every buffer that no kernel may touch; keeps u16 buffers on 64-byte lines too. */
const MARGIN = 32;
const MARGIN_VALUE: Record<ElementType, number> = { f32: 12345.5, u32: 0xdeadbeef, u16: 0xbeef };

export type OutputArray = Float64Array | Uint32Array | Uint16Array;

export interface Placement {
  /** Starts every buffer this many elements past a 64-byte line. */
  readonly shift: number;
}

function elementTypeOf(array: HostArray): ElementType {
  if (array instanceof Uint32Array) return 'u32';
  return array instanceof Uint16Array ? 'u16' : 'f32';
}

function arrayFor(type: ElementType, length: number): OutputArray {
  if (type === 'f32') return new Float64Array(length);
  return type === 'u32' ? new Uint32Array(length) : new Uint16Array(length);
}

/** The buffer's values on the host; f32 values come as f64, so that the reference device loses nothing. */
async function read(device: Device, buffer: DeviceBuffer): Promise<OutputArray> {
  const array = arrayFor(buffer.type, buffer.length);
  await device.read(buffer, array);
  return array;
}

type Buffers<Arrays> = { readonly [Name in keyof Arrays]: DeviceBuffer };
type Outputs<Arrays, Names extends keyof Arrays> = {
  [Name in Names]: Arrays[Name] extends Uint32Array ? Uint32Array : Arrays[Name] extends Uint16Array ? Uint16Array : Float64Array;
};

export interface PlacedRun<Arrays extends Record<string, HostArray>, Names extends keyof Arrays> {
  readonly device: Device;
  /** Contents of the buffers before the run. */
  readonly arrays: Arrays;
  /** Buffers to read back. */
  readonly outputs: readonly Names[];
  /** Arena bytes that `run` takes for matrices and caches. */
  readonly extraBytes?: number;
  readonly placement?: Placement | undefined;
  run(buffers: Buffers<Arrays>, arena: Arena): void;
}

/** Places the arrays, runs, reads the outputs back, and throws if the margin of any buffer changed. */
export async function runPlaced<Arrays extends Record<string, HostArray>, Names extends keyof Arrays>(
  call: PlacedRun<Arrays, Names>,
): Promise<Outputs<Arrays, Names>> {
  const { device, arrays, outputs, extraBytes = 0, placement, run } = call;
  const start = MARGIN + (placement?.shift ?? 0);
  const entries = Object.entries(arrays).map(([name, array]) => ({
    name,
    array,
    type: elementTypeOf(array),
    whole: array.length + start + MARGIN,
  }));
  const bytes = entries.reduce((sum, { type, whole }) => sum + device.bytesFor(type, whole), extraBytes);
  const arena = device.createArena('case', bytes);
  try {
    const wholes = entries.map(({ name, array, type, whole }) => {
      const buffer = arena.allocate(type, whole, name);
      const contents = arrayFor(type, whole).fill(MARGIN_VALUE[type]);
      contents.set(array, start);
      device.write(buffer, contents);
      return buffer;
    });
    const views = entries.map(({ name, array }, index) => [name, wholes[index]!.slice(start, array.length)] as const);
    run(Object.fromEntries(views) as Buffers<Arrays>, arena);

    const results: Record<string, OutputArray> = {};
    for (const [index, { name, array, type, whole }] of entries.entries()) {
      const contents = await read(device, wholes[index]!);
      const end = start + array.length;
      for (let at = 0; at < whole; at++) {
        if ((at < start || at >= end) && contents[at] !== MARGIN_VALUE[type]) {
          throw new Error(`a kernel wrote beside "${name}": element ${at - start} of ${array.length} became ${contents[at]}`);
        }
      }
      if (outputs.includes(name as Names & string)) results[name] = contents.slice(start, end);
    }
    return results as Outputs<Arrays, Names>;
  } finally {
    arena.release();
  }
}

/** An f32 array of NaN: for outputs that a kernel must write in full. */
export function unwritten(length: number): Float32Array {
  return new Float32Array(length).fill(Number.NaN);
}
