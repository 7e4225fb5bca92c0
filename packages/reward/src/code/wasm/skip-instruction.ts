/**
 * The lengths of WebAssembly instructions: the first version of the format plus sign extension, saturating conversion, bulk memory,
 * reference types and multiple values. Vector instructions are not covered; a module that uses them is refused.
 */
import type { ByteReader } from './leb128.ts';

/** Number immediates of the instructions that carry only such (opcode to count). */
const NUMBERS: Readonly<Record<number, number>> = {
  2: 1, // block
  3: 1, // loop
  4: 1, // if
  12: 1, // br
  13: 1, // br_if
  16: 1, // call
  17: 2, // call_indirect
  32: 1, // local.get
  33: 1, // local.set
  34: 1, // local.tee
  35: 1, // global.get
  36: 1, // global.set
  37: 1, // table.get
  38: 1, // table.set
  63: 1, // memory.size
  64: 1, // memory.grow
  65: 1, // i32.const
  66: 1, // i64.const
  208: 1, // ref.null
  210: 1, // ref.func
};

/** The same for instructions behind the prefix 0xfc. */
const PREFIXED_NUMBERS = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1] as const;

/** Steps over one instruction and returns its opcode. */
export function skipInstruction(code: ByteReader): number {
  const at = code.position;
  const opcode = code.byte();
  let numbers = NUMBERS[opcode] ?? 0;
  if (opcode >= 0x28 && opcode <= 0x3e) {
    numbers = 2; // alignment and offset of a load or store
  } else if (opcode === 0x0e || opcode === 0x1c) {
    numbers = code.unsigned() + (opcode === 0x0e ? 1 : 0); // br_table, select with types
  } else if (opcode === 0x43) {
    code.skip(4); // f32.const
  } else if (opcode === 0x44) {
    code.skip(8); // f64.const
  } else if (opcode === 0xfc) {
    const sub = code.unsigned();
    const known = PREFIXED_NUMBERS[sub];
    if (known === undefined) throw new Error(`unknown WebAssembly instruction 0xfc ${sub} at byte ${at}`);
    numbers = known;
  } else if (numbers === 0 && !isPlain(opcode)) {
    throw new Error(`unknown WebAssembly instruction 0x${opcode.toString(16)} at byte ${at}`);
  }
  for (; numbers > 0; numbers--) code.skipNumber();
  return opcode;
}

/** Instructions without immediates: control, parametric, and all arithmetic up to sign extension. */
function isPlain(opcode: number): boolean {
  return (
    opcode <= 0x01 ||
    opcode === 0x05 ||
    opcode === 0x0b ||
    opcode === 0x0f ||
    opcode === 0x1a ||
    opcode === 0x1b ||
    (opcode >= 0x45 && opcode <= 0xc4) ||
    opcode === 0xd1
  );
}
