/** Staging of two tiles of f16 vectors, eight halves at a time: fetched into registers while the tile before is worked on, then stored. */
import { paddedWidth } from './matrix-shape.ts';
import { unroll } from './plain-shape.ts';

export interface Staging {
  /** WGSL of the registers. */
  readonly declarations: string;
  /** WGSL that fills them; \`read\` sees \`row\` and \`element\` and sets \`first\` and \`second\`, eight halves each, zero before. */
  fetch(read: (row: string, element: string) => string): string;
  /** WGSL that writes them to the tiles. */
  readonly store: string;
}

export function stageVectors(shape: {
  readonly threads: number;
  readonly rows: number;
  readonly headWidth: number;
  /** Halves from one row to the next. */
  readonly stride: number;
  readonly tiles: readonly [string, string];
}): Staging {
  const { threads, rows, headWidth, stride, tiles } = shape;
  const vectors = paddedWidth(headWidth) / 8;
  const each = Math.ceil((rows * vectors) / threads);
  const even = each * threads === rows * vectors;
  const place = (number: number) =>
    `let index = thread + ${number * threads}u; let row = index / ${vectors}u; let element = 8u * (index % ${vectors}u);`;
  return {
    declarations: unroll(each, (number) => `var stagedFirst${number} = vec4<u32>(); var stagedSecond${number} = vec4<u32>();`),
    fetch: (read) =>
      unroll(
        each,
        (number) => /* wgsl */ `
        {
          ${place(number)}
          var first = vec4<u32>();
          var second = vec4<u32>();
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
          ${tiles[0]}[(row * ${stride}u + element) / 8u] = stagedFirst${number};
          ${tiles[1]}[(row * ${stride}u + element) / 8u] = stagedSecond${number};
        }
      }`,
    ),
  };
}
