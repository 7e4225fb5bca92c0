/** Random words by counter, and the step from one token to the next, over row counts around the work items of the devices. */
import type { KernelCase } from '../kernel-case.ts';
import { runPlaced } from '../place.ts';
import { RandomSource } from '../random-source.ts';

const ROWS = [1, 3, 64, 65, 257];
const SEEDS = [0, 7, 2 ** 32 - 1, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER];

function drawBitsCase(rows: number, seed: number, step: number): KernelCase {
  return {
    kernel: 'drawBits',
    name: `${rows} rows, seed ${seed}, step ${step}`,
    run(device, placement) {
      const random = new RandomSource(`drawBits ${rows} ${seed}`);
      const column = () => random.integers(rows, 2 ** 32);
      return runPlaced({
        device,
        placement,
        arrays: { prompts: column(), samples: column(), tokens: column(), bits: new Uint32Array(rows) },
        outputs: ['bits'],
        run: (buffers) => device.drawBits({ ...buffers, seed, step, rows }),
      });
    },
    allowed: () => ({ bits: 'exact' }),
  };
}

/** Rows that have ended before, end now by length or by a stop token, or go on; `turns` tokens one after the other. */
function advanceRowsCase(rows: number, vocabulary: number, turns: number): KernelCase {
  return {
    kernel: 'advanceRows',
    name: `${rows} rows, ${turns} tokens of a vocabulary of ${vocabulary}`,
    run(device, placement) {
      const random = new RandomSource(`advanceRows ${rows} ${vocabulary} ${turns}`);
      return runPlaced({
        device,
        placement,
        arrays: {
          tokens: random.integers(rows * turns, vocabulary),
          stops: random.integers(vocabulary, 5).map((value) => (value === 0 ? 3 : 0)),
          remaining: random.integers(rows, turns + 2),
          ids: random.integers(rows, vocabulary),
          positions: random.integers(rows, 100),
          slots: random.integers(rows, 1000),
          ownStart: random.integers(rows, 1000),
          ownLength: random.integers(rows, 50),
        },
        outputs: ['remaining', 'ids', 'positions', 'slots', 'ownLength'],
        run({ tokens, ...buffers }) {
          for (let turn = 0; turn < turns; turn++) device.advanceRows({ ...buffers, tokens: tokens.slice(turn * rows, rows), rows });
        },
      });
    },
    allowed: () => ({ remaining: 'exact', ids: 'exact', positions: 'exact', slots: 'exact', ownLength: 'exact' }),
  };
}

export const decodingCases: readonly KernelCase[] = ROWS.flatMap((rows, index) => [
  drawBitsCase(rows, SEEDS[index]!, [0, 1, 2 ** 32 - 1][index % 3]!),
  advanceRowsCase(rows, [1, 11, 300][index % 3]!, 1),
  advanceRowsCase(rows, [300, 1, 11][index % 3]!, 6),
]);
