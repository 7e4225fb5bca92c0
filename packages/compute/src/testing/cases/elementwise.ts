/** zero, copy and add over lengths around the vector width and the size of a work item. */
import { boundsOf, type KernelCase } from '../kernel-case.ts';
import { runPlaced, unwritten } from '../place.ts';
import { RandomSource } from '../random-source.ts';
import { bound, ROUNDINGS } from '../tolerances.ts';

const LENGTHS = [1, 2, 3, 4, 5, 7, 8, 31, 127, 130, 8191, 8192, 8195, 20000];

function zeroCase(length: number): KernelCase {
  return {
    kernel: 'zero',
    name: `${length} elements`,
    run: (device, placement) =>
      runPlaced({
        device,
        placement,
        arrays: { floats: unwritten(length), words: new Uint32Array(length).fill(7), halves: new Uint16Array(length).fill(7) },
        outputs: ['floats', 'words', 'halves'],
        run({ floats, words, halves }) {
          device.zero(floats);
          device.zero(words);
          device.zero(halves);
        },
      }),
    allowed: () => ({ floats: 'exact', words: 'exact', halves: 'exact' }),
  };
}

function copyCase(length: number): KernelCase {
  return {
    kernel: 'copy',
    name: `${length} elements`,
    run(device, placement) {
      const random = new RandomSource(`copy ${length}`);
      return runPlaced({
        device,
        placement,
        arrays: {
          floats: unwritten(length),
          words: new Uint32Array(length),
          halves: new Uint16Array(length),
          fromFloats: random.floats(length),
          fromWords: random.integers(length, 2 ** 32),
          fromHalves: Uint16Array.from(random.integers(length, 2 ** 16)),
        },
        outputs: ['floats', 'words', 'halves'],
        run(buffers) {
          device.copy(buffers.floats, buffers.fromFloats);
          device.copy(buffers.words, buffers.fromWords);
          device.copy(buffers.halves, buffers.fromHalves);
        },
      });
    },
    allowed: () => ({ floats: 'exact', words: 'exact', halves: 'exact' }),
  };
}

function addCase(length: number): KernelCase {
  const inputs = () => {
    const random = new RandomSource(`add ${length}`);
    return { target: random.floats(length, -4, 4), source: random.floats(length) };
  };
  return {
    kernel: 'add',
    name: `${length} elements`,
    run: (device, placement) =>
      runPlaced({ device, placement, arrays: inputs(), outputs: ['target'], run: ({ target, source }) => device.add(target, source) }),
    allowed: ({ target }) => ({ target: boundsOf(length, (index) => bound(ROUNDINGS.add, Math.abs(target![index]!))) }),
  };
}

export const elementwiseCases: readonly KernelCase[] = LENGTHS.flatMap((length) => [zeroCase(length), copyCase(length), addCase(length)]);
