/**
 * Rewrites a WASI module so that its host can stop it at any moment and its memory cannot grow past a limit.
 *
 * - Every `loop` counts down a private global; when it runs out, the module calls the `sched_yield` import, where the host looks at its
 *   kill flag and deadline and throws. Engines differ in whether ending a worker interrupts a tight WebAssembly loop (JavaScriptCore
 *   does not), so the module must ask by itself.
 * - The memory section gets a maximum: `memory.grow` then fails inside the module, where CPython turns it into a MemoryError.
 * - The C stack moves from its narrow place below the program's data to a region of its own above it (`stackBytes`): CPython built for
 *   WASI comes with 512 KiB, which recursion through `functools.cache` exhausts within a few hundred calls.
 * - Custom sections (debug information, more than a third of the file) are dropped.
 *
 * Indices of functions do not move: the check reuses an import that every WASI program has, and the new global comes last.
 */
import { ByteReader, encodeSigned, encodeUnsigned } from './leb128.ts';
import { skipInstruction } from './skip-instruction.ts';

/** Bytes in a WebAssembly memory page. */
export const PAGE_BYTES = 65536;

/** Loop turns between two looks at the kill flag: rare enough to cost nothing, often enough to stop within milliseconds. */
const TURNS_BETWEEN_CHECKS = 20_000;

const SECTION = { custom: 0, type: 1, import: 2, memory: 5, global: 6, code: 10 } as const;
const LOOP = 0x03;

/**
 * @param source a WASI command module that imports `wasi_snapshot_preview1.sched_yield` and defines one memory
 * @param maximumBytes upper limit of the module's memory
 * @param stackBytes size of the C stack, a part of that memory
 * @returns the rewritten module's bytes
 * @throws when the module has no such import, no memory, or uses instructions that the rewriter does not know
 */
export function instrumentModule(source: Uint8Array, maximumBytes: number, stackBytes: number): Uint8Array<ArrayBuffer> {
  const pieces: Uint8Array[] = [source.subarray(0, 8)];
  const reader = new ByteReader(source, 8);
  let checkFunction = -1;
  let globals = -1;
  let importedGlobals = 0;
  let stackTop = 0;
  while (!reader.done) {
    const id = reader.byte();
    const size = reader.unsigned();
    const body = new ByteReader(source, reader.position, reader.position + size);
    reader.skip(size);
    if (id === SECTION.custom) continue;
    let content: Uint8Array = source.subarray(body.position, body.end);
    if (id === SECTION.import) {
      const found = readImports(body);
      checkFunction = found.checkFunction;
      importedGlobals = found.globals;
    } else if (id === SECTION.memory) {
      const pages = readMemoryMinimum(body) + Math.ceil(stackBytes / PAGE_BYTES);
      const maximum = Math.floor(maximumBytes / PAGE_BYTES);
      if (maximum < pages)
        throw new Error(`a memory limit of ${maximumBytes} bytes is below the interpreter's first ${pages * PAGE_BYTES}`);
      content = Uint8Array.from([1, 1, ...encodeUnsigned(pages), ...encodeUnsigned(maximum)]);
      stackTop = pages * PAGE_BYTES;
    } else if (id === SECTION.global) {
      const count = body.unsigned();
      globals = importedGlobals + count;
      const stackPointer = readStackPointer(body);
      content = concatenate([
        encodeUnsigned(count + 1),
        [...stackPointer.type, 0x41, ...encodeSigned(stackTop), 0x0b],
        source.subarray(stackPointer.end, body.end),
        [0x7f, 1, 0x41, 0, 0x0b],
      ]);
    } else if (id === SECTION.code) {
      if (checkFunction < 0) throw new Error('the WebAssembly module does not import sched_yield, so it could not be stopped');
      if (globals < 0) throw new Error('the WebAssembly module has no section of globals');
      content = rewriteCode(body, checkSequence(globals, checkFunction));
    }
    pieces.push(Uint8Array.from([id, ...encodeUnsigned(content.length)]), content);
  }
  if (stackTop === 0) throw new Error('the WebAssembly module defines no memory, so it could not be limited');
  return concatenate(pieces);
}

function readImports(body: ByteReader): { checkFunction: number; globals: number } {
  let functions = 0;
  let globals = 0;
  let checkFunction = -1;
  const text = new TextDecoder();
  const name = (): string => {
    const length = body.unsigned();
    const start = body.position;
    body.skip(length);
    return text.decode(body.bytes.slice(start, start + length));
  };
  for (let count = body.unsigned(); count > 0; count--) {
    name();
    const field = name();
    const kind = body.byte();
    if (kind === 0) {
      body.unsigned();
      if (field === 'sched_yield') checkFunction = functions;
      functions += 1;
    } else if (kind === 3) {
      body.skip(2);
      globals += 1;
    } else throw new Error(`the WebAssembly module imports ${field}, which is neither a function nor a global`);
  }
  return { checkFunction, globals };
}

function readMemoryMinimum(body: ByteReader): number {
  if (body.unsigned() !== 1) throw new Error('the WebAssembly module has more than one memory');
  body.byte();
  return body.unsigned();
}

/** LLVM puts the stack pointer first: a mutable 32-bit integer with a constant start. */
function readStackPointer(body: ByteReader): { type: readonly [number, number]; end: number } {
  const type = [body.byte(), body.byte()] as const;
  if (type[0] !== 0x7f || type[1] !== 1 || body.byte() !== 0x41)
    throw new Error('the WebAssembly module does not start its globals with a stack pointer');
  body.skipNumber();
  body.skip(1);
  return { type, end: body.position };
}

/** The instructions put at the head of each loop: count down, and below zero ask the host and wind up again. */
function checkSequence(global: number, checkFunction: number): number[] {
  const counter = encodeUnsigned(global);
  const [get, set, constant, subtract, lessSigned, ifVoid, call, drop, end] = [
    0x23,
    0x24,
    0x41,
    0x6b,
    0x48,
    [0x04, 0x40],
    0x10,
    0x1a,
    0x0b,
  ];
  return [
    ...[get, ...counter, constant, 1, subtract, set, ...counter],
    ...[get, ...counter, constant, 0, lessSigned, ...ifVoid],
    ...[call, ...encodeUnsigned(checkFunction), drop, constant, ...encodeSigned(TURNS_BETWEEN_CHECKS), set, ...counter, end],
  ];
}

function rewriteCode(body: ByteReader, check: readonly number[]): Uint8Array {
  const count = body.unsigned();
  // Each loop is at least two bytes long (its opcode and its end), so this bound is never reached by real programs' mix of instructions.
  const output = new ByteWriter((body.end - body.position) * 2);
  output.append(encodeUnsigned(count));
  for (let index = 0; index < count; index++) {
    const size = body.unsigned();
    const start = body.position;
    const code = new ByteReader(body.bytes, start, start + size);
    body.skip(size);
    for (let groups = code.unsigned(); groups > 0; groups--) {
      code.unsigned();
      code.byte();
    }
    const insertions: number[] = [];
    while (!code.done) {
      if (skipInstruction(code) === LOOP) insertions.push(code.position);
    }
    output.append(encodeUnsigned(size + insertions.length * check.length));
    let copied = start;
    for (const at of insertions) {
      output.append(body.bytes.subarray(copied, at));
      output.append(check);
      copied = at;
    }
    output.append(body.bytes.subarray(copied, start + size));
  }
  return output.bytes();
}

class ByteWriter {
  #buffer: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity: number) {
    this.#buffer = new Uint8Array(capacity);
  }

  append(piece: ArrayLike<number>): void {
    if (this.#length + piece.length > this.#buffer.length) {
      const larger = new Uint8Array((this.#length + piece.length) * 2);
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(piece, this.#length);
    this.#length += piece.length;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#length);
  }
}

function concatenate(pieces: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}
