/** Staging of two tiles of f16 vectors: fetched into registers while the tile before is worked on, then stored to workgroup memory. */
import { paddedWidth } from './matrix-shape.ts';
import { unroll } from './plain-shape.ts';

export interface Staging {
  /** WGSL of the registers. */
  readonly declarations: string;
  /** WGSL that fills them; \`read\` sees \`row\` and \`element\` and sets \`first\` and \`second\`, four halves each, zero before. */
  fetch(read: (row: string, element: string) => string): string;
  /** WGSL that writes them to the tiles. */
  readonly store: string;
}

export function stageVectors(shape: {
  readonly threads: number;
  readonly rows: number;
  readonly headWidth: number;
  readonly stride: number;
  readonly tiles: readonly [string, string];
}): Staging {
  const { threads, rows, headWidth, stride, tiles } = shape;
  const vectors = paddedWidth(headWidth) / 4;
  const each = Math.ceil((rows * vectors) / threads);
  const even = each * threads === rows * vectors;
  const place = (number: number) =>
    `let index = thread + ${number * threads}u; let row = index / ${vectors}u; let element = 4u * (index % ${vectors}u);`;
  const store = (tile: string, values: string) =>
    ['x', 'y', 'z', 'w'].map((part, lane) => `${tile}[at + ${lane}u] = ${values}.${part};`).join(' ');
  return {
    declarations: unroll(each, (number) => `var stagedFirst${number}: vec2<u32>; var stagedSecond${number}: vec2<u32>;`),
    fetch: (read) =>
      unroll(
        each,
        (number) => /* wgsl */ `
        {
          ${place(number)}
          var first = vec2<u32>();
          var second = vec2<u32>();
          ${read('row', 'element')}
          stagedFirst${number} = first;
          stagedSecond${number} = second;
        }`,
      ),
    store: unroll(
      each,
      (number) => /* wgsl */ `
      {
        ${place(number)}
        ${even ? '{' : `if (index < ${rows * vectors}u) {`}
          let at = row * ${stride}u + element;
          let first = halves(stagedFirst${number});
          let second = halves(stagedSecond${number});
          ${store(tiles[0], 'first')}
          ${store(tiles[1], 'second')}
        }
      }`,
    ),
  };
}
