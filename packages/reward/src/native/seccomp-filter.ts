/**
 * The system-call filter of the `native` sandbox, as a classic BPF program for Linux's seccomp.
 *
 * It takes away what widens the kernel's surface or slips past the resource limits: new processes (threads stay), sockets, namespaces,
 * mounts, tracing, kernel keys and modules, eBPF, io_uring, userfaultfd, memory that no limit counts (memfd, System V shared memory),
 * and the second system-call tables of the machine. All else is allowed: the walls against files and network are the namespaces.
 */

interface Architecture {
  /** AUDIT_ARCH_* of the kernel. */
  readonly audit: number;
  readonly clone: number;
  readonly denied: readonly number[];
}

const CLONE3 = 435;
/** io_uring, the new mount calls, and file descriptors of processes: the same numbers everywhere. */
const DENIED_EVERYWHERE = [425, 426, 427, 428, 429, 430, 431, 432, 433, 434, 438, 442];

/*
 * In order: socket, ptrace, syslog, personality, mount, umount2, pivot_root, chroot, swapon, reboot, sethostname, init_module,
 * delete_module, acct, settimeofday, adjtimex, keyctl, add_key, request_key, unshare, perf_event_open, fanotify_init, name_to_handle_at,
 * open_by_handle_at, setns, kcmp, finit_module, process_vm_readv, process_vm_writev, bpf, userfaultfd, kexec_load, kexec_file_load,
 * quotactl, memfd_create, shmget, msgget, semget, mq_open; on x86 also fork and vfork.
 */
const X86_64: Architecture = {
  audit: 0xc000003e,
  clone: 56,
  denied: [
    ...[41, 101, 103, 135, 165, 166, 155, 161, 167, 169, 170, 175, 176, 163, 164, 159, 250, 248, 249, 272, 298, 300, 303, 304],
    ...[308, 312, 313, 310, 311, 321, 323, 246, 320, 179, 319, 29, 68, 64, 240, 57, 58, ...DENIED_EVERYWHERE],
  ],
};
const AARCH64: Architecture = {
  audit: 0xc00000b7,
  clone: 220,
  denied: [
    ...[198, 117, 116, 92, 40, 39, 41, 51, 224, 142, 161, 105, 106, 89, 170, 171, 219, 217, 218, 97, 241, 262, 264, 265],
    ...[268, 272, 273, 270, 271, 280, 282, 104, 294, 60, 279, 194, 186, 190, 180, ...DENIED_EVERYWHERE],
  ],
};
const ARCHITECTURES: Readonly<Record<string, Architecture>> = { x64: X86_64, arm64: AARCH64 };

const LOAD_WORD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_GREATER_OR_EQUAL = 0x35;
const AND = 0x54;
const RETURN = 0x06;
const ALLOW = 0x7fff0000;
const KILL_PROCESS = 0x80000000;
const ERROR_NOT_PERMITTED = 0x00050001;
const ERROR_NO_SUCH_CALL = 0x00050026;
/** Offsets in `struct seccomp_data`. */
const CALL_NUMBER = 0;
const CALL_ARCHITECTURE = 4;
const FIRST_ARGUMENT = 16;
const CLONE_THREAD = 0x10000;
/** x86: calls of the x32 table carry this bit. */
const X32_BIT = 0x40000000;

/**
 * The filter as the bytes of `struct sock_filter[]`, or null for an architecture (as `process.arch` names it) that is not covered.
 */
export function seccompFilter(architecture: string): Uint8Array | null {
  const machine = ARCHITECTURES[architecture];
  if (!machine) return null;
  const steps: (readonly [code: number, ifTrue: number, ifFalse: number, value: number])[] = [
    [LOAD_WORD, 0, 0, CALL_ARCHITECTURE],
    [JUMP_EQUAL, 1, 0, machine.audit],
    [RETURN, 0, 0, KILL_PROCESS],
    [LOAD_WORD, 0, 0, CALL_NUMBER],
    [JUMP_GREATER_OR_EQUAL, 0, 1, X32_BIT],
    [RETURN, 0, 0, KILL_PROCESS],
    // clone3 hides its flags in memory where a filter cannot look; the C library falls back to clone.
    [JUMP_EQUAL, 0, 1, CLONE3],
    [RETURN, 0, 0, ERROR_NO_SUCH_CALL],
  ];
  for (const call of machine.denied) steps.push([JUMP_EQUAL, 0, 1, call], [RETURN, 0, 0, ERROR_NOT_PERMITTED]);
  steps.push(
    [JUMP_EQUAL, 0, 4, machine.clone],
    [LOAD_WORD, 0, 0, FIRST_ARGUMENT],
    [AND, 0, 0, CLONE_THREAD],
    [JUMP_EQUAL, 0, 1, 0],
    [RETURN, 0, 0, ERROR_NOT_PERMITTED],
    [RETURN, 0, 0, ALLOW],
  );
  const bytes = new DataView(new ArrayBuffer(8 * steps.length));
  steps.forEach(([code, ifTrue, ifFalse, value], index) => {
    bytes.setUint16(8 * index, code, true);
    bytes.setUint8(8 * index + 2, ifTrue);
    bytes.setUint8(8 * index + 3, ifFalse);
    bytes.setUint32(8 * index + 4, value, true);
  });
  return new Uint8Array(bytes.buffer);
}
