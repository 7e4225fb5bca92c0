/**
 * Casts, bit for bit. Narrowing runs over every value that matters: each representable number, its neighbours half a step away and one
 * f32 ulp to either side of that tie, the ends of the range, infinities and NaN. Widening runs over all 65,536 bit patterns.
 */
import { BF16, decode, F16 } from '../../reference/cast.ts';
import type { KernelCase } from '../kernel-case.ts';
import { runPlaced, unwritten } from '../place.ts';
import { RandomSource } from '../random-source.ts';

type Format = 'bf16' | 'f16';

/** The next f32 above (steps 1) or below (steps -1) in magnitude. */
function neighbour(value: number, steps: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer);
  bits[0]! += steps;
  return new Float32Array(bits.buffer)[0]!;
}

function narrowingInputs(format: Format): Float32Array {
  const layout = format === 'bf16' ? BF16 : F16;
  const values: number[] = [
    0,
    -0,
    Infinity,
    -Infinity,
    3.4028234663852886e38,
    -3.4028234663852886e38,
    65519.99609375,
    65520,
    65536,
    1e-45,
    -1e-45,
  ];
  // Every 29th pattern of each sign, and all patterns around the subnormal border, the top of the range, and one.
  const patterns = Array.from({ length: 0x8000 }, (_, pattern) => pattern).filter(
    (pattern) => pattern % 29 === 0 || pattern < 40 || Math.abs(pattern - (1 << layout.fractionBits)) < 20,
  );
  for (const pattern of patterns) {
    const here = decode(pattern, layout);
    const next = decode(pattern + 1, layout);
    if (!Number.isFinite(here) || !Number.isFinite(next)) continue;
    const tie = Math.fround((here + next) / 2);
    for (const value of [here, tie, neighbour(tie, 1), tie === 0 ? 0 : neighbour(tie, -1)]) values.push(value, -value);
  }
  const random = new RandomSource(`cast ${format}`);
  const words = Uint32Array.from({ length: 4096 }, () => random.word());
  for (const value of new Float32Array(words.buffer)) if (!Number.isNaN(value)) values.push(value);
  return Float32Array.from(values);
}

function narrowingCase(format: Format): KernelCase {
  return {
    kernel: 'cast',
    name: `f32 to ${format}`,
    run(device, placement) {
      const source = narrowingInputs(format);
      return runPlaced({
        device,
        placement,
        arrays: { source, target: new Uint16Array(source.length) },
        outputs: ['target'],
        run: ({ source, target }) => device.cast(target, source, format),
      });
    },
    allowed: () => ({ target: 'exact' }),
  };
}

/** Any NaN is as good as another, so the narrowed bits are widened again. */
function notANumberCase(format: Format): KernelCase {
  return {
    kernel: 'cast',
    name: `NaN to ${format} and back`,
    run(device, placement) {
      const patterns = Uint32Array.of(0x7fc00000, 0xffc00000, 0x7f800001, 0x7f80ffff, 0xff800001, 0x7fffffff, 0xffffffff, 0x7f802000);
      return runPlaced({
        device,
        placement,
        arrays: { source: new Float32Array(patterns.buffer), halves: new Uint16Array(8), target: new Float32Array(8) },
        outputs: ['target'],
        run({ source, halves, target }) {
          device.cast(halves, source, format);
          device.cast(target, halves, format);
        },
      });
    },
    allowed: () => ({ target: 'exact' }),
  };
}

function wideningCase(format: Format): KernelCase {
  return {
    kernel: 'cast',
    name: `${format} to f32`,
    run: (device, placement) =>
      runPlaced({
        device,
        placement,
        arrays: { source: Uint16Array.from({ length: 0x10000 }, (_, pattern) => pattern), target: unwritten(0x10000) },
        outputs: ['target'],
        run: ({ source, target }) => device.cast(target, source, format),
      }),
    allowed: () => ({ target: 'exact' }),
  };
}

function shortCase(format: Format, length: number): KernelCase {
  return {
    kernel: 'cast',
    name: `f32 to ${format} and back, ${length} elements`,
    run(device, placement) {
      const source = new RandomSource(`cast ${format} ${length}`).floats(length, -10, 10);
      return runPlaced({
        device,
        placement,
        arrays: { source, halves: new Uint16Array(length), target: unwritten(length) },
        outputs: ['halves', 'target'],
        run({ source, halves, target }) {
          device.cast(halves, source, format);
          device.cast(target, halves, format);
        },
      });
    },
    allowed: () => ({ halves: 'exact', target: 'exact' }),
  };
}

export const castCases: readonly KernelCase[] = (['bf16', 'f16'] as const).flatMap((format) => [
  narrowingCase(format),
  notANumberCase(format),
  wideningCase(format),
  ...[1, 2, 3, 5, 8, 13, 33].map((length) => shortCase(format, length)),
]);
