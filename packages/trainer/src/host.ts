/** The most memory that this process has held, in bytes. */
export function peakMemoryBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}

/**
 * Frees the memory of a finished step. A step leaves thousands of small arrays behind; the collector, which counts their headers and not
 * their contents, would let them pile up to hundreds of megabytes.
 */
export function collectGarbage(): void {
  Bun.gc(true);
}
