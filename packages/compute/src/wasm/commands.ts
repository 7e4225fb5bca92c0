/** The operations of a command list, in the order of wasm/assembly/index.ts. */
export const Operation = {
  Zero: 0,
  Copy: 1,
  Add: 2,
  Cast: 3,
  Embedding: 4,
  EmbeddingBackward: 5,
  RmsNorm: 6,
  RmsNormBackward: 7,
  PackMatrix: 8,
  Linear: 9,
  LinearFewRows: 10,
  LinearWeightGradient: 11,
  RotateAndStore: 12,
  RotateBackward: 13,
  Attention: 14,
  AttentionBackward: 15,
  SwiGlu: 16,
  SwiGluBackward: 17,
  HeadForward: 18,
  HeadBackward: 19,
  HeadSample: 20,
  SumOfSquares: 21,
  AdamW: 22,
  DrawBits: 23,
  AdvanceRows: 24,
} as const;

/** Scratch of one six-row strip: `STRIP_SCRATCH` in wasm/assembly/products.ts. */
export const STRIP_SCRATCH = 6 * 16 * 256 + 6 * 8 * 4 + (96 + 512) * 4 * 256;
/** Logits that the head looks at together: `CHUNK` in wasm/assembly/head.ts. */
export const HEAD_CHUNK = 1024;
/** `BACKWARD_ROWS` in wasm/assembly/attention-backward.ts. */
export const BACKWARD_ROWS = 4;
