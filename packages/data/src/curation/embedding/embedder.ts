/** Turns texts into vectors whose scalar product says how alike two texts are. */
export interface Embedder {
  /** Name and version of everything that decides the vectors: they are part of the key under which outcomes are kept. */
  readonly fingerprint: string;
  readonly dimensions: number;
  /** Vectors of unit length, one for each text, each alone deciding its own. */
  embed(texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[]>;
}
