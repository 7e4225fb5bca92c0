import type { Device } from '../device.ts';
import type { OutputArray, Placement } from './place.ts';

export type Outputs = Readonly<Record<string, OutputArray>>;

/** Bit for bit, or the absolute error allowed for each element. */
export type Allowed = 'exact' | Float64Array;

/** One kernel at one shape on random inputs. */
export interface KernelCase {
  /** The contract's name of the kernel. */
  readonly kernel: string;
  /** Shape and variant, unique within the kernel. */
  readonly name: string;
  run(device: Device, placement?: Placement): Promise<Outputs>;
  /** How far each output may be from the reference device's. */
  allowed(reference: Outputs): Readonly<Record<string, Allowed>>;
}

/** `length` bounds, element by element. */
export function boundsOf(length: number, boundAt: (index: number) => number): Float64Array {
  return Float64Array.from({ length }, (_, index) => boundAt(index));
}

/** Every pair of one item from each list. */
export function pairs<A, B>(first: readonly A[], second: readonly B[]): [A, B][] {
  return first.flatMap((a) => second.map((b): [A, B] => [a, b]));
}
