/** What `host.ts` offers, in a browser's page or worker. */
import type * as host from './host.ts';

let peak = 0;

/** The largest heap of scripts seen so far, in bytes; 0 where the browser does not tell. WebAssembly memory is not in it. */
export const peakMemoryBytes: typeof host.peakMemoryBytes = () => {
  const { memory } = performance as Performance & { readonly memory?: { readonly usedJSHeapSize: number } };
  peak = Math.max(peak, memory?.usedJSHeapSize ?? 0);
  return peak;
};

/** A browser's collector cannot be called, and need not be. */
export const collectGarbage: typeof host.collectGarbage = () => undefined;
