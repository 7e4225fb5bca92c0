/** Work that took longer than it was given. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/**
 * Waits for `work` for at most `timeoutMs`. Its signal aborts when the time is up (then a DeadlineError is thrown, whatever the work makes
 * of the signal) or when `cancel` aborts (then its reason is thrown). Work that holds the thread cannot be interrupted.
 */
export async function withDeadline<T>(
  timeoutMs: number,
  cancel: AbortSignal | undefined,
  work: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  cancel?.throwIfAborted();
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(new DeadlineError(`no verdict within ${timeoutMs} ms`)), timeoutMs);
  const signal = cancel ? AbortSignal.any([cancel, timeout.signal]) : timeout.signal;
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    return await Promise.race([Promise.try(work, signal), aborted]);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}
