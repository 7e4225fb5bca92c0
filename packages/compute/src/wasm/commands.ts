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
  LinearWeightGradient: 10,
  RotateAndStore: 11,
  RotateBackward: 12,
  Attention: 13,
  AttentionBackward: 14,
  SwiGlu: 15,
  SwiGluBackward: 16,
  HeadForward: 17,
  HeadBackward: 18,
  HeadSample: 19,
  SumOfSquares: 20,
  AdamW: 21,
  DrawBits: 22,
  AdvanceRows: 23,
} as const;

/** Scratch of one six-row strip: `STRIP_SCRATCH` in wasm/assembly/products.ts. */
export const STRIP_SCRATCH = 6 * 16 * 256 + 6 * 8 * 4 + (96 + 512) * 4 * 256;
/** Logits that the head looks at together: `CHUNK` in wasm/assembly/head.ts. */
export const HEAD_CHUNK = 1024;
/** `BACKWARD_ROWS` in wasm/assembly/attention-backward.ts. */
export const BACKWARD_ROWS = 4;
