/** Numbers of tokens, flat: responses one after the other, tokens in order. f64 is what the reference device computes in. */
export type TokenValues = Float32Array | Float64Array;
