import { bytes as scalarBytes } from '@or1/wasm/scalar';
import { bytes as singleBytes } from '@or1/wasm/simd';
import { bytes as threadedBytes } from '@or1/wasm/simd-threads';
import { Chain, type Touched } from './chains.ts';
import { Operation } from './commands.ts';
import { LinearMemory } from './memory.ts';
import { threadProgram } from './thread-program.ts';

/** The exports of the module in wasm/assembly/index.ts. */
export interface KernelExports {
  configure(words: number, index: number, count: number, canWait: boolean): void;
  execute(start: number, end: number): void;
  serve(): void;
  multiplyAddCeiling(rounds: number): number;
}

/** What a worker needs to join: see thread-program.ts. */
export interface ThreadInvitation {
  readonly bytes: Uint8Array;
  readonly memory: WebAssembly.Memory;
  readonly words: number;
  /** Address of the word where a trapped thread leaves its mark. */
  readonly failure: number;
  readonly index: number;
  readonly count: number;
}

/** The part of a Web Worker that the device uses. */
export interface ThreadWorker {
  postMessage(message: ThreadInvitation): void;
  terminate(): void;
  addEventListener(type: 'message' | 'error', listener: (event: { data?: unknown; message?: string }) => void): void;
  unref?(): void;
}

export type WasmBuild = 'simd' | 'scalar';

const LINE = 16;
/** Offset among the shared words of the failure word. */
const FAILURE_BYTE = 6 * LINE * 4 + 4;
const PROGRAM_WORDS = 1 << 16;
const MAXIMUM_PAGES = 65536;
/** Words of a command before its arguments: `HEADER` in wasm/assembly/index.ts. */
const HEADER_WORDS = 5;
/** Rows of one strip of a product. */
const STRIP = 6;

async function instantiate(bytes: Uint8Array, memory: WebAssembly.Memory): Promise<KernelExports> {
  const imports = {
    env: {
      memory,
      abort: () => {
        throw new Error('a kernel aborted');
      },
    },
  };
  const { instance } = await WebAssembly.instantiate(bytes as Uint8Array<ArrayBuffer>, imports);
  return instance.exports as unknown as KernelExports;
}

function spawnWebWorker(): ThreadWorker {
  const address = URL.createObjectURL(new Blob([threadProgram], { type: 'text/javascript' }));
  const worker = new Worker(address);
  worker.addEventListener('message', () => URL.revokeObjectURL(address), { once: true });
  return worker as unknown as ThreadWorker;
}

/** Whether this host can share memory among workers. */
export function canShareMemory(): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && typeof Worker !== 'undefined';
}

/** The module's instances on all threads, the memory they share, and the command list that they run. */
export class KernelThreads {
  readonly memory: LinearMemory;
  private readonly workers: ThreadWorker[] = [];
  private scratchBytes = 0;
  private scratchAddress = 0;
  private programStart = 0;
  private programLength = 0;
  private readonly chain = new Chain();
  /** Index among the words of the chain's first command. */
  private chainHead = 0;
  private words32: Int32Array;
  private floats32: Float32Array;

  private constructor(
    readonly kernels: KernelExports,
    memory: WebAssembly.Memory,
    readonly count: number,
    private readonly words: number,
  ) {
    this.memory = new LinearMemory(memory);
    this.words32 = new Int32Array(memory.buffer);
    this.floats32 = new Float32Array(memory.buffer);
  }

  static async start(
    build: WasmBuild,
    count: number,
    workspaceBytes: number,
    spawn: () => ThreadWorker = spawnWebWorker,
  ): Promise<KernelThreads> {
    const shared = typeof SharedArrayBuffer !== 'undefined';
    const bytes = build === 'scalar' ? scalarBytes() : shared ? threadedBytes() : singleBytes();
    const memory = new WebAssembly.Memory({ initial: 1, maximum: MAXIMUM_PAGES, shared: shared || build === 'scalar' });
    const kernels = await instantiate(bytes, memory);
    const words = 64;
    kernels.configure(words, 0, count, typeof window === 'undefined');
    const threads = new KernelThreads(kernels, memory, count, words);
    threads.programStart = threads.memory.reserve(PROGRAM_WORDS * 4, 'command list');
    const workspace = threads.memory.reserve(workspaceBytes, 'workspace');
    threads.line(7).set([0, 0, workspace, workspaceBytes]);
    for (let index = 1; index < count; index++) threads.workers.push(spawn());
    await Promise.all(
      threads.workers.map(
        (worker, at) =>
          new Promise<void>((ready, failed) => {
            worker.addEventListener('message', () => ready());
            worker.addEventListener('error', (event) =>
              failed(new Error(`kernel thread ${at + 1} did not start: ${event.message ?? 'unknown reason'}`)),
            );
            worker.postMessage({ bytes, memory, words, failure: words + FAILURE_BYTE, index: at + 1, count });
          }),
      ),
    );
    for (const worker of threads.workers) worker.unref?.();
    return threads;
  }

  private line(index: number): Int32Array {
    return new Int32Array(this.memory.memory.buffer, this.words + index * LINE * 4, LINE);
  }

  /** Makes every thread's scratch at least this large; grows at the first use of a larger shape, never in a steady run. */
  ensureScratch(bytes: number): void {
    if (bytes <= this.scratchBytes) return;
    this.execute();
    const size = Math.ceil((bytes * 1.25) / 4096) * 4096;
    if (this.scratchAddress) this.memory.free(this.scratchAddress, this.scratchBytes * this.count);
    this.scratchAddress = this.memory.reserve(size * this.count, 'thread scratch');
    this.scratchBytes = size;
    this.line(7).set([this.scratchAddress, size], 0);
  }

  /** Appends one command that divides its work itself; `real` lists which arguments are f32. */
  push(operation: number, values: readonly number[], real: readonly number[] = []): void {
    this.chain.clear();
    this.append(operation, values, real, 0, 0);
  }

  /** Whether rows are too few for every thread to have some strips of them. */
  fewRows(rows: number): boolean {
    return rows < 2 * STRIP * this.count;
  }

  /**
   * Appends one command that treats each of `rows` rows by itself, to the chain of those before it where `touched`, asked for only if
   * it matters, allows.
   */
  pushRows(operation: number, values: readonly number[], real: readonly number[], rows: number, touched: () => Touched): void {
    // One thread waits for nobody, and its weights stay in the cache longer from command to command.
    if (this.count === 1 || this.fewRows(rows)) {
      this.chain.clear();
      // Attention over few rows is worth sharing row by row.
      this.append(operation, values, real, rows, operation === Operation.Attention ? 1 : STRIP);
      return;
    }
    const ranges = touched();
    if (this.join(operation, values, real, rows, ranges)) return;
    this.chain.begin(rows, ranges);
    this.chainHead = this.append(operation, values, real, rows, STRIP);
  }

  /** Rows of the chain that a command with `bytes` bytes in all could join as a row-wise one; 0 where it cannot. */
  rowsFor(bytes: number): number {
    const { rows } = this.chain;
    return rows > 0 && bytes % (4 * rows) === 0 ? rows : 0;
  }

  /** Appends a row-wise command to the present chain, or returns false. */
  join(operation: number, values: readonly number[], real: readonly number[], rows: number, touched: Touched): boolean {
    const words = HEADER_WORDS + values.length;
    if (this.programLength + words > PROGRAM_WORDS || !this.chain.take(rows, touched)) return false;
    this.append(operation, values, real, rows, STRIP);
    this.words32[this.chainHead + 4]! += words;
    return true;
  }

  private append(operation: number, values: readonly number[], real: readonly number[], rows: number, unit: number): number {
    const words = HEADER_WORDS + values.length;
    if (this.programLength + words > PROGRAM_WORDS) this.execute();
    if (this.words32.byteLength !== this.memory.memory.buffer.byteLength) {
      this.words32 = new Int32Array(this.memory.memory.buffer);
      this.floats32 = new Float32Array(this.memory.memory.buffer);
    }
    const head = this.programStart / 4 + this.programLength;
    const { words32, floats32 } = this;
    words32[head] = operation;
    words32[head + 1] = values.length;
    words32[head + 2] = rows;
    words32[head + 3] = unit;
    words32[head + 4] = words;
    const at = head + HEADER_WORDS;
    for (let i = 0; i < values.length; i++) words32[at + i] = values[i]!;
    for (const i of real) floats32[at + i] = values[i]!;
    this.programLength += words;
    return head;
  }

  /** Runs what was appended, on all threads, and returns when it is done. */
  execute(): void {
    if (this.programLength === 0) return;
    this.chain.clear();
    const end = this.programStart + this.programLength * 4;
    this.programLength = 0;
    try {
      this.kernels.execute(this.programStart, end);
    } catch (cause) {
      Atomics.store(this.line(6), 1, 1);
      throw new Error('a kernel failed; the device cannot be used any more', { cause });
    }
  }

  stop(): void {
    Atomics.store(this.line(6), 0, 1);
    Atomics.add(this.line(3), 0, 1);
    if (this.memory.memory.buffer instanceof ArrayBuffer === false) Atomics.notify(this.line(3), 0);
    for (const worker of this.workers) worker.terminate();
  }
}
