import type { Device } from '../../device.ts';
import { firstDifferingBit } from '../compare.ts';
import type { Outputs } from '../kernel-case.ts';
import type { OutputArray } from '../place.ts';

/** A property that holds bit for bit on a device, without looking at any other device. */
export interface ExactnessCheck {
  readonly property: string;
  readonly name: string;
  /** The first violation in words; undefined when the property holds. */
  run(device: Device): Promise<string | undefined>;
}

/** Rows `chosen` of a matrix whose rows have `width` elements. */
export function takeRows<Values extends Float32Array | Uint32Array | OutputArray>(
  values: Values,
  width: number,
  chosen: readonly number[],
): Values {
  const result = new (values.constructor as new (length: number) => Values)(chosen.length * width);
  chosen.forEach((row, index) => {
    result.set(values.subarray(row * width, (row + 1) * width), index * width);
  });
  return result;
}

/** The same for every output, whose rows may have different widths; `rows` is their number. */
export function takeOutputRows(outputs: Outputs, rows: number, chosen: readonly number[]): Outputs {
  return Object.fromEntries(Object.entries(outputs).map(([name, values]) => [name, takeRows(values, values.length / rows, chosen)]));
}

/** Compares outputs in words; `what` says which run `actual` came from. */
export function violation(what: string, expected: Outputs, actual: Outputs): string | undefined {
  const difference = firstDifferingBit(expected, actual);
  return difference && `${what}: ${difference}`;
}

export function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
