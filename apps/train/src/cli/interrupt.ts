import { EXIT } from './exit-codes.ts';

/**
 * Ctrl-C: the first one says `words` and aborts the signal, so that the work ends in order; the second one ends the process at once.
 * SIGTERM counts as the first.
 */
export function interruptSignal(
  say: (text: string) => void,
  words: string,
): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    say(words);
    controller.abort(new Error('interrupted'));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
