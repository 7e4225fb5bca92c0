import { describe, expect, test } from 'bun:test';
import { seccompFilter } from './seccomp-filter.ts';

const ALLOW = 0x7fff0000;
const KILL = 0x80000000;
const NOT_PERMITTED = 0x00050001;
const NO_SUCH_CALL = 0x00050026;

/** Runs the filter as the kernel would: a plain reading of the classic BPF instructions that it may hold. */
function decide(filter: Uint8Array, audit: number, call: number, firstArgument = 0): number {
  const view = new DataView(filter.buffer, filter.byteOffset, filter.byteLength);
  const data: Readonly<Record<number, number>> = { 0: call, 4: audit, 16: firstArgument };
  let accumulator = 0;
  for (let index = 0; index < filter.length / 8; index++) {
    const code = view.getUint16(8 * index, true);
    const value = view.getUint32(8 * index + 4, true);
    const jump = (taken: boolean): void => {
      index += view.getUint8(8 * index + (taken ? 2 : 3));
    };
    if (code === 0x20) accumulator = data[value]!;
    else if (code === 0x15) jump(accumulator === value);
    else if (code === 0x35) jump(accumulator >= value);
    else if (code === 0x54) accumulator = (accumulator & value) >>> 0;
    else if (code === 0x06) return value;
    else throw new Error(`unknown instruction ${code}`);
  }
  throw new Error('the filter has no end');
}

describe.each([
  ['x64', 0xc000003e, { read: 0, execve: 59, futex: 202, socket: 41, fork: 57, mount: 165, ptrace: 101, clone: 56, unshare: 272 }],
  ['arm64', 0xc00000b7, { read: 63, execve: 221, futex: 98, socket: 198, fork: 198, mount: 40, ptrace: 117, clone: 220, unshare: 97 }],
] as const)('%s', (architecture, audit, calls) => {
  const filter = seccompFilter(architecture)!;

  test('lets ordinary calls through', () => {
    for (const call of [calls.read, calls.execve, calls.futex]) expect(decide(filter, audit, call)).toBe(ALLOW);
  });

  test('refuses sockets, processes, mounts, tracing and namespaces', () => {
    for (const call of [calls.socket, calls.fork, calls.mount, calls.ptrace, calls.unshare, 425, 434]) {
      expect(decide(filter, audit, call)).toBe(NOT_PERMITTED);
    }
  });

  test('tells threads from processes by the flags of clone, and hides clone3', () => {
    const threadFlags = 0x3d0f00;
    const forkFlags = 0x1200011;
    expect(decide(filter, audit, calls.clone, threadFlags)).toBe(ALLOW);
    expect(decide(filter, audit, calls.clone, forkFlags)).toBe(NOT_PERMITTED);
    expect(decide(filter, audit, 435)).toBe(NO_SUCH_CALL);
  });

  test('kills on calls by another table', () => {
    expect(decide(filter, 0x40000003, calls.read)).toBe(KILL);
    expect(decide(filter, audit, 0x40000000 + calls.read)).toBe(KILL);
  });
});

test('other machines have no filter', () => {
  expect(seccompFilter('riscv64')).toBeNull();
});
