// Several instances of this module, one a thread, share one memory and run the same command list.
//
// Work inside a command is cut into phases and a phase into tasks. A phase is over when all its tasks are done, whoever did them: nobody
// waits for a thread that holds no task, be it asleep, late or without a core. Such a thread finds the phases that it missed closed and
// walks past them. Which thread takes a task never matters to the result, so a slow core costs time and not determinism.
//
// Layout of the shared words, one cache line each: 0 the next task and the phase (two halves of one 64-bit word), 1 tasks done, 2
// sleepers, 3 program generation (odd while one is open), 4 program start, end and first phase, 6 quit and failure, 7 memory (scratch
// address, scratch bytes a thread, workspace address, workspace bytes), 8… arguments, 256 bytes a thread.
// packages/compute/src/wasm/threads.ts writes lines 6 and 7.

const LINE: usize = 64;
const PHASE: usize = 4;
const DONE: usize = LINE;
const SLEEPERS: usize = 2 * LINE;
const GENERATION: usize = 3 * LINE;
const PROGRAM: usize = 4 * LINE;
const QUIT: usize = 6 * LINE;
const MEMORY: usize = 7 * LINE;
const ARGUMENTS: usize = 8 * LINE;
const ARGUMENT_BYTES: usize = 256;
/** Some tens of microseconds: about what it costs to put a thread to sleep and wake it. */
const SPINS: i32 = 20000;

let words: usize = 0;
let threadIndex: i32 = 0;
let threadCount: i32 = 1;
let mayWait: bool = false;

/** This thread's place in the run of phases, the tasks of its phase and how many of them it took. */
let phase: i32 = 0;
let tasks: i32 = 0;
let taken: i32 = 0;
/** The generation of the program that this thread walks. */
let generation: i32 = 0;
let start: usize = 0;
let end: usize = 0;

/** Binds this instance to its place among the threads; `canWait` says whether it may block (a browser's main thread may not). */
export function configure(shared: usize, index: i32, count: i32, canWait: bool): void {
  words = shared;
  threadIndex = index;
  threadCount = count;
  mayWait = canWait;
}

@inline export function threads(): i32 {
  return threadCount;
}

/** How many blocks of `size` hold `count`. */
@inline export function blocks(count: i32, size: i32): i32 {
  return (count + size - 1) / size;
}

/** This thread's own memory; only to be touched while it holds a task. */
@inline export function scratch(): usize {
  return <usize>load<u32>(words + MEMORY) + <usize>threadIndex * <usize>load<u32>(words + MEMORY, 4);
}

/** Memory that all threads share within a command. */
@inline export function workspace(): usize {
  return <usize>load<u32>(words + MEMORY, 8);
}

@inline export function workspaceSize(): usize {
  return <usize>load<u32>(words + MEMORY, 12);
}

/** Where this thread keeps the arguments of a command. */
@inline export function ownArguments(): usize {
  return words + ARGUMENTS + <usize>threadIndex * ARGUMENT_BYTES;
}

/** Enters the next phase, of `count` tasks, and returns its first free one: as `nextTask`. */
export function firstTask(count: i32): i32 {
  tasks = count;
  taken = 0;
  return nextTask();
}

/**
 * A task of this phase that nobody took, or -1 when every task is done; what the tasks wrote is then visible to this thread. The
 * task before counts as done.
 */
export function nextTask(): i32 {
  if (threadCount == 1) return taken < tasks ? taken++ : -1;
  let seen = atomic.load<i64>(words);
  while (<i32>(seen >> 32) == phase && <i32>seen < tasks) {
    const found = atomic.cmpxchg<i64>(words, seen, seen + 1);
    if (found == seen) {
      taken++;
      return <i32>seen;
    }
    seen = found;
  }
  leavePhase();
  return -1;
}

/** Counts this thread's tasks as done; opens the next phase if they were the last, else waits for it. */
function leavePhase(): void {
  const next = <i64>(phase + 1) << 32;
  if (taken > 0) {
    if (atomic.add<i32>(words + DONE, taken) + taken == tasks) {
      atomic.store<i32>(words + DONE, 0);
      atomic.xchg<i64>(words, next);
      wakeSleepers(words + PHASE);
    }
  } else if (tasks == 0 && atomic.cmpxchg<i64>(words, <i64>phase << 32, next) == <i64>phase << 32) {
    wakeSleepers(words + PHASE);
  }
  waitForChange(words + PHASE, phase);
  phase++;
}

function wakeSleepers(word: usize): void {
  if (atomic.load<i32>(words + SLEEPERS) > 0) atomic.notify(word, threadCount);
}

function waitForChange(word: usize, seen: i32): void {
  for (let spin: i32 = 0; spin < SPINS; spin++) {
    if (atomic.load<i32>(word) != seen) return;
  }
  while (atomic.load<i32>(word) == seen) {
    // Another thread's kernel trapped: it will never finish its task, so this one must not wait for it.
    if (atomic.load<i32>(words + QUIT, 4) != 0) unreachable();
    if (mayWait) {
      atomic.add<i32>(words + SLEEPERS, 1);
      atomic.wait<i32>(word, seen, 100_000_000);
      atomic.sub<i32>(words + SLEEPERS, 1);
    }
  }
}

/** Thread 0: opens a command list to the others. */
export function openProgram(first: usize, last: usize): void {
  if (threadCount == 1) return;
  atomic.store<i32>(words + PROGRAM, <i32>first);
  atomic.store<i32>(words + PROGRAM, <i32>last, 4);
  atomic.store<i32>(words + PROGRAM, phase, 8);
  atomic.add<i32>(words + GENERATION, 1);
  wakeSleepers(words + GENERATION);
}

/** Thread 0: after the last phase. A thread that still walks the list finds that it is no longer to be read. */
export function closeProgram(): void {
  if (threadCount == 1) return;
  atomic.add<i32>(words + GENERATION, 1);
}

/** Other threads: waits for a command list that they have not walked; false means quit. */
export function joinProgram(): bool {
  while (true) {
    const seen = atomic.load<i32>(words + GENERATION);
    if (atomic.load<i32>(words + QUIT) != 0) return false;
    if ((seen & 1) == 0 || seen == generation) {
      waitForChange(words + GENERATION, seen);
      continue;
    }
    generation = seen;
    start = <usize>atomic.load<i32>(words + PROGRAM);
    end = <usize>atomic.load<i32>(words + PROGRAM, 4);
    phase = atomic.load<i32>(words + PROGRAM, 8);
    if (programOpen()) return true;
  }
}

/** Whether what this thread read from the list up to now is what thread 0 wrote for this program. */
export function programOpen(): bool {
  if (threadIndex == 0) return true;
  // Not a plain load: what was read before must not be read after it.
  return atomic.add<i32>(words + GENERATION, 0) == generation;
}

/** Where the joined program stands. */
export function programStart(): usize {
  return start;
}

export function programEnd(): usize {
  return end;
}
