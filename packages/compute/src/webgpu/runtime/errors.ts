/** The adapter is gone: the driver was reset, the device destroyed or taken away. Nothing on it can be used any more. */
export class DeviceLostError extends Error {
  override readonly name = 'DeviceLostError';
}

/** WebGPU refused a command, a shader or an allocation. */
export class GpuError extends Error {
  override readonly name = 'GpuError';
}

/** The first line that says something, without the trace of objects that Dawn adds below it. */
export function firstLine(message: string): string {
  const line = message.split('\n').find((each) => each.trim() !== '') ?? 'no reason given';
  return line.trim().replace(/\s+/g, ' ');
}

/** A validation error in one line, with the kernel that it came from: Dawn names the labels of the objects below its first line. */
export function refusal(message: string): string {
  const label = /\[(?:ComputePipeline|BindGroup|ShaderModule)\w* "([^"]+)"/.exec(message)?.[1];
  return `WebGPU refused a command${label ? ` of kernel "${label}"` : ''}: ${firstLine(message)}`;
}

/** Keeps the first failure of a device: what comes after it is mostly its consequence. */
export class FailureLog {
  private failure: Error | undefined;
  private readonly checks = new Set<Promise<void>>();

  record(failure: Error): void {
    this.failure ??= failure;
  }

  /** Throws the first failure, again at every call: a device that failed is not to be worked on. */
  throwIfFailed(): void {
    if (this.failure) throw this.failure;
  }

  /** Adds a check whose outcome is not known yet; `settle` waits for it. */
  watch(check: Promise<void>): void {
    const done = check
      .catch((error: unknown) => this.record(error instanceof Error ? error : new GpuError(String(error))))
      .finally(() => this.checks.delete(done));
    this.checks.add(done);
  }

  /** Waits for the checks added so far, and throws the first failure. */
  async settle(): Promise<void> {
    await Promise.all([...this.checks]);
    this.throwIfFailed();
  }
}
