// Several instances of this module, one a thread, share one memory and run the same command list in step.
//
// Work inside a command is cut into phases. In a phase every thread claims tasks from a shared counter until none are left, then
// waits for the others. Which thread takes a task never matters to the result, so a slow core costs time and not determinism.
//
// Layout of the shared words, one cache line each: 0 arrivals, 1 barrier generation, 2 sleepers at the barrier, 3 start generation,
// 4 program address, 5 program end, 6 quit and failure, 7 memory (scratch address, scratch bytes a thread, workspace address, workspace bytes),
// 8… phase counters. packages/compute/src/wasm/threads.ts writes lines 6 and 7.

const LINE: usize = 64;
const COUNTERS: usize = 8 * LINE;
const COUNTER_COUNT: i32 = 16;
const SPINS: i32 = 20000;

/** Bytes of shared words a device must set aside. */
export const SHARED_BYTES: usize = COUNTERS + <usize>COUNTER_COUNT * LINE;

let words: usize = 0;
let threadIndex: i32 = 0;
let threadCount: i32 = 1;
let mayWait: bool = false;
let phase: i32 = 0;
let counter: usize = 0;
let startGeneration: i32 = 0;

/** Binds this instance to its place among the threads; `canWait` says whether it may block (a browser's main thread may not). */
export function configure(shared: usize, index: i32, count: i32, canWait: bool): void {
  words = shared;
  threadIndex = index;
  threadCount = count;
  mayWait = canWait;
  counter = shared + COUNTERS;
}

@inline export function threads(): i32 {
  return threadCount;
}

/** This thread's own memory. */
@inline export function scratch(): usize {
  return <usize>load<u32>(words + 7 * LINE) + <usize>threadIndex * <usize>load<u32>(words + 7 * LINE, 4);
}

/** Memory that all threads share within a command. */
@inline export function workspace(): usize {
  return <usize>load<u32>(words + 7 * LINE, 8);
}

@inline export function workspaceSize(): usize {
  return <usize>load<u32>(words + 7 * LINE, 12);
}

/** The next task of this phase. */
@inline export function claim(): i32 {
  return atomic.add<i32>(counter, 1);
}

/** Ends the phase: afterwards every thread sees every thread's writes. */
export function endPhase(): void {
  const next = (phase + 1) % COUNTER_COUNT;
  if (threadIndex == 0) {
    // Last used COUNTER_COUNT / 2 phases ago and next used as far ahead: nobody is reading it now.
    atomic.store<i32>(words + COUNTERS + <usize>((phase + COUNTER_COUNT / 2) % COUNTER_COUNT) * LINE, 0);
  }
  if (threadCount == 1) {
    atomic.store<i32>(counter, 0);
  } else {
    barrier();
  }
  phase = next;
  counter = words + COUNTERS + <usize>next * LINE;
}

function barrier(): void {
  const generation = atomic.load<i32>(words + LINE);
  if (atomic.add<i32>(words, 1) == threadCount - 1) {
    atomic.store<i32>(words, 0);
    atomic.add<i32>(words + LINE, 1);
    if (atomic.load<i32>(words + 2 * LINE) > 0) atomic.notify(words + LINE, threadCount);
    return;
  }
  waitForChange(words + LINE, generation);
}

function waitForChange(word: usize, seen: i32): void {
  for (let spin: i32 = 0; spin < SPINS; spin++) {
    if (atomic.load<i32>(word) != seen) return;
  }
  while (atomic.load<i32>(word) == seen) {
    // Another thread's kernel trapped: it will never arrive, so this one must not wait for it.
    if (atomic.load<i32>(words + 6 * LINE, 4) != 0) unreachable();
    if (mayWait) {
      atomic.add<i32>(words + 2 * LINE, 1);
      atomic.wait<i32>(word, seen, 100_000_000);
      atomic.sub<i32>(words + 2 * LINE, 1);
    }
  }
}

/** Thread 0: publishes a command list to the others. */
export function publish(program: usize, end: usize): void {
  if (threadCount == 1) return;
  atomic.store<i32>(words + 4 * LINE, <i32>program);
  atomic.store<i32>(words + 5 * LINE, <i32>end);
  atomic.add<i32>(words + 3 * LINE, 1);
  atomic.notify(words + 3 * LINE, threadCount);
}

/** Other threads: waits for the next command list; false means quit. */
export function awaitProgram(): bool {
  waitForChange(words + 3 * LINE, startGeneration);
  startGeneration++;
  return atomic.load<i32>(words + 6 * LINE) == 0;
}

export function programStart(): usize {
  return <usize>atomic.load<i32>(words + 4 * LINE);
}

export function programEnd(): usize {
  return <usize>atomic.load<i32>(words + 5 * LINE);
}
