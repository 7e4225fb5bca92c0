/** The bytes of the WebAssembly module. */
export function bytes(): Uint8Array<ArrayBuffer>;
