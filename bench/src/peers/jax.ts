import { defaultDevice, init, numpy } from '@jax-js/jax';
import { type Contender, processClock, repeated } from '../measure/interleave.ts';

export const JAX = 'jax-js 0.1.25, WebAssembly backend, 1 thread';

let ready: Promise<unknown> | null = null;

/**
 * x [rows, inputs] times w [inputs, outputs] by jax-js, in operations a second. Reading the result synchronously makes it compute on the
 * calling thread; w lies in the order that it multiplies fastest.
 */
export async function jaxProduct(rows: number, inputs: number, outputs: number, minimumMs: number): Promise<Contender> {
  ready ??= init().then(() => defaultDevice('wasm'));
  await ready;
  const values = (count: number) => Float32Array.from({ length: count }, (_, index) => ((index * 7) % 13) / 13 - 0.5);
  const x = numpy.array(values(rows * inputs)).reshape([rows, inputs]);
  const w = numpy.array(values(inputs * outputs)).reshape([inputs, outputs]);
  return repeated(2 * rows * inputs * outputs, minimumMs, processClock, (calls) => {
    for (let call = 0; call < calls; call++) numpy.matmul(x.ref, w.ref).dataSync();
  });
}
