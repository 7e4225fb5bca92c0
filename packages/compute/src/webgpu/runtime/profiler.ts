/** GPU time by kernel, from timestamps around every dispatch. While it runs, dispatches do not overlap: their sum is not the step's time. */
import type { FailureLog } from './errors.ts';

/** A query set holds 4096 timestamps at most. */
const TIMESTAMPS = 4096;

export interface KernelTime {
  readonly kernel: string;
  readonly dispatches: number;
  readonly milliseconds: number;
}

export class Profiler {
  private readonly queries: GPUQuerySet;
  private readonly resolved: GPUBuffer;
  private keys: string[] = [];
  private readback: GPUBuffer | undefined;
  private readonly totals = new Map<string, { dispatches: number; nanoseconds: number }>();

  constructor(
    private readonly device: GPUDevice,
    private readonly failures: FailureLog,
  ) {
    this.queries = device.createQuerySet({ type: 'timestamp', count: TIMESTAMPS });
    this.resolved = device.createBuffer({ size: 8 * TIMESTAMPS, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
  }

  /** Where the next pass, of this kernel, writes its two times. */
  next(key: string): GPUComputePassTimestampWrites {
    const first = 2 * this.keys.length;
    if (first >= TIMESTAMPS) throw new RangeError(`a batch of more than ${TIMESTAMPS / 2} dispatches cannot be profiled`);
    this.keys.push(key);
    return { querySet: this.queries, beginningOfPassWriteIndex: first, endOfPassWriteIndex: first + 1 };
  }

  resolve(encoder: GPUCommandEncoder): void {
    const count = 2 * this.keys.length;
    if (count === 0) return;
    this.readback = this.device.createBuffer({ size: 8 * count, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    encoder.resolveQuerySet(this.queries, 0, count, this.resolved, 0);
    encoder.copyBufferToBuffer(this.resolved, 0, this.readback, 0, 8 * count);
  }

  collect(): void {
    const { readback, keys } = this;
    if (!readback) return;
    this.readback = undefined;
    this.keys = [];
    const collected = readback.mapAsync(GPUMapMode.READ).then(() => {
      const times = new BigUint64Array(readback.getMappedRange());
      for (const [index, key] of keys.entries()) {
        const total = this.totals.get(key) ?? { dispatches: 0, nanoseconds: 0 };
        total.dispatches += 1;
        total.nanoseconds += Number(times[2 * index + 1]! - times[2 * index]!);
        this.totals.set(key, total);
      }
      readback.destroy();
    });
    this.failures.watch(collected);
  }

  /** Kernels by falling time; complete after a flush. */
  report(): readonly KernelTime[] {
    return [...this.totals]
      .map(([kernel, { dispatches, nanoseconds }]) => ({ kernel, dispatches, milliseconds: nanoseconds / 1e6 }))
      .sort((a, b) => b.milliseconds - a.milliseconds);
  }
}
