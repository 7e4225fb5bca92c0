/**
 * How a workgroup of the plain kernels is cut. A *line* is one query head of one row; the lines of a workgroup belong to consecutive rows
 * and to query heads of one key head, so that keys and values are read once for all of them.
 */
export interface AttentionHeads {
  readonly queryHeads: number;
  readonly keyHeads: number;
  readonly headWidth: number;
}

/** What a cached element is stored as. */
export type CacheStorage = 'f32' | 'f16';

export interface PlainShape extends AttentionHeads {
  readonly storage: CacheStorage;
  readonly threads: number;
  /** Lines of a workgroup; a multiple of threads / 8. */
  readonly lines: number;
  /** Keys staged at once; a multiple of 8. */
  readonly keys: number;
}

/** Threads beside each other along the keys of a tile. Part of the exact arithmetic: each keeps its own share of a line's sum. */
export const KEY_THREADS = 8;

export interface Geometry {
  /** Query heads of a key head. */
  readonly group: number;
  /** Query heads that one workgroup takes, and how many workgroups share a key head. */
  readonly headsPerBlock: number;
  readonly headBlocks: number;
  readonly rowsPerBlock: number;
  /** Vectors of four in a head, and their stride in workgroup memory (odd, so that rows fall into different banks). */
  readonly vectors: number;
  readonly stride: number;
  /** Elements of a row of queries, keys and values. */
  readonly rowWidth: number;
}

export function geometryOf(shape: AttentionHeads, lines: number): Geometry {
  const group = shape.queryHeads / shape.keyHeads;
  const headsPerBlock = Math.min(group, lines);
  const vectors = Math.ceil(shape.headWidth / 4);
  return {
    group,
    headsPerBlock,
    headBlocks: Math.ceil(group / headsPerBlock),
    rowsPerBlock: Math.floor(lines / headsPerBlock),
    vectors,
    stride: vectors | 1,
    rowWidth: (shape.queryHeads + 2 * shape.keyHeads) * shape.headWidth,
  };
}

/** Threads across the vectors of a head, and how the lines (or keys) of a tile fall to the rest. */
export interface ColumnLayout {
  readonly columnThreads: number;
  readonly rowThreads: number;
  readonly rowsPerThread: number;
  readonly columnsPerThread: number;
}

export function columnLayout(threads: number, rows: number, vectors: number): ColumnLayout {
  const columnThreads = Math.min(16, 2 ** Math.ceil(Math.log2(vectors)));
  const rowThreads = threads / columnThreads;
  return {
    columnThreads,
    rowThreads,
    rowsPerThread: Math.ceil(rows / rowThreads),
    columnsPerThread: Math.ceil(vectors / columnThreads),
  };
}

/** `count` pieces of WGSL in a row. */
export function unroll(count: number, piece: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => piece(index)).join('\n');
}

/** WGSL that reads a vector of four from a scalar array, zeros past the end of the head. */
export function loadVector(name: string, headWidth: number, base: string, column: string): string {
  const rest = headWidth % 4;
  const element = (lane: number) => {
    const index = `4u * ${column} + ${lane}u`;
    if (rest === 0 || lane < rest) return `f32(${name}[params.offset_${name} + ${base} + ${index}])`;
    return `select(0.0, f32(${name}[params.offset_${name} + ${base} + min(${index}, ${headWidth - 1}u)]), ${index} < ${headWidth}u)`;
  };
  return `vec4<f32>(${[0, 1, 2, 3].map(element).join(', ')})`;
}

/** The same from the cache, whose heads are an even number of elements wide. */
export function loadCached(storage: CacheStorage, headWidth: number, base: string, column: string): string {
  if (storage === 'f32') return loadVector('cache', headWidth, base, column);
  const pair = (lane: 0 | 2) => {
    const index = `4u * ${column} + ${lane}u`;
    const word = (at: string) => `unpack2x16float(cache[(params.offset_cache + ${base} + ${at}) >> 1u])`;
    if (headWidth % 4 === 0 || lane === 0) return word(index);
    return `select(vec2<f32>(), ${word(`min(${index}, ${headWidth - 2}u)`)}, ${index} < ${headWidth}u)`;
  };
  return `vec4<f32>(${pair(0)}, ${pair(2)})`;
}

/** Binding type of the cache in the plain kernels. */
export const cachedElement = (storage: CacheStorage) => (storage === 'f16' ? 'u16' : 'f32');

/** WGSL that writes a vector of four to a scalar array, nothing past the end of the head. */
export function storeVector(name: string, headWidth: number, base: string, column: string, value: string): string {
  const rest = headWidth % 4;
  return ['x', 'y', 'z', 'w']
    .map((part, lane) => {
      const index = `4u * ${column} + ${lane}u`;
      const write = `${name}[params.offset_${name} + ${base} + ${index}] = ${value}.${part};`;
      return rest === 0 || lane < rest ? write : `if (${index} < ${headWidth}u) { ${write} }`;
    })
    .join('\n');
}
