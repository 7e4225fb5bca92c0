/**
 * The `native` sandbox: /usr/bin/python3 inside bubblewrap (Linux; opt-in; the fast one).
 *
 * Covered: own namespaces for files, processes, network, users, host name and interprocess communication; a root that holds `/usr`
 * read-only and an empty private `/tmp` of bounded size; an unprivileged user without capabilities; an empty environment; limits on
 * address space, CPU time, file size, open files, processes and core dumps that the program cannot raise; a system-call filter that
 * refuses new processes, sockets and the kernel's rarer doors; wall-clock limits that end the whole process tree. Each response gets a
 * new process tree.
 *
 * Not covered: bugs of the Linux kernel that the filter leaves reachable; reading what lies in `/usr`; side channels by timing; the host's
 * clock, which the program can read. Memory of files in `/tmp` counts beside the memory limit.
 *
 * It never runs a program unprotected: where a tool or the kernel's namespaces are missing, or the proof at the start fails, it refuses.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CodeLimits, DEFAULT_LIMITS, JUDGE_SOURCE, PROGRAM_SOURCE, type Sandbox, type SandboxSlot } from '../code/index.ts';
import type { BubblewrapSettings } from './bubblewrap.ts';
import { type NativeInterpreter, type NativeMode, startNativeInterpreter } from './native-interpreter.ts';
import { findNativeTools, type NativeTools, NativeUnavailable } from './native-tools.ts';
import { seccompFilter } from './seccomp-filter.ts';

export interface NativeSandboxOptions {
  /** Bytes of each program's private `/tmp`. Default 64 MiB. */
  readonly temporaryBytes?: number;
  /** Full paths of the tools, where they are not in Debian's places. */
  readonly tools?: Partial<NativeTools>;
}

/**
 * Makes the sandbox; it is prepared and proved at the first slot.
 * @throws {NativeUnavailable} where a tool is missing
 */
export function createNativeSandbox(options: NativeSandboxOptions = {}): Sandbox {
  const tools = findNativeTools(options.tools);
  const filter = seccompFilter(process.arch);
  if (!filter) throw new NativeUnavailable(`the native sandbox has no system-call filter for ${process.arch}: use the wasm sandbox`);
  let prepared: Promise<Prepared> | null = null;
  const prepare = async (): Promise<Prepared> => {
    const folder = await mkdtemp(join(tmpdir(), 'or1-native-'));
    const temporaryBytes = options.temporaryBytes ?? DEFAULT_LIMITS.temporaryBytes;
    const settings = { ...tools, drivers: join(folder, 'drivers'), temporaryBytes };
    await Promise.all([writeFile(join(folder, 'filter.bpf'), filter), compileDrivers(tools.python, settings.drivers)]);
    const ready = { folder, settings, filter: join(folder, 'filter.bpf') };
    await prove(ready);
    return ready;
  };
  const slots = new Set<SandboxSlot>();
  return {
    name: 'native',
    timeFactor: 1,
    async openSlot() {
      prepared ??= prepare();
      const { settings, filter: filterPath } = await prepared;
      const running = new Set<NativeInterpreter>();
      const start = (driver: 'program' | 'judge', mode: NativeMode, limits: CodeLimits): NativeInterpreter => {
        const interpreter = startNativeInterpreter(settings, filterPath, { driver, mode }, limits);
        running.add(interpreter);
        interpreter.ended.then(() => running.delete(interpreter));
        return interpreter;
      };
      /** Started while the one before is at work and not yet spoken to: its start costs no waiting. One program sees it, as any other. */
      let spare: Spare | null = null;
      const program = (mode: NativeMode, limits: CodeLimits): NativeInterpreter => {
        const ready = spare?.mode === mode && spare.outputBytes === limits.outputBytes && running.has(spare.interpreter) ? spare : null;
        if (!ready) spare?.interpreter.kill();
        const interpreter = ready?.interpreter ?? start('program', mode, limits);
        spare = { mode, outputBytes: limits.outputBytes, interpreter: start('program', mode, limits) };
        interpreter.use();
        return interpreter;
      };
      const slot: SandboxSlot = {
        startProgram: async ({ mode, limits }) => program(mode === 'whole' ? 'whole' : 'lines', limits),
        startJudge: async (limits) => start('judge', 'lines', limits),
        async close() {
          slots.delete(slot);
          for (const interpreter of running) interpreter.kill();
          await Promise.all([...running].map(({ ended }) => ended));
        },
      };
      slots.add(slot);
      return slot;
    },
    async close() {
      await Promise.all([...slots].map((slot) => slot.close()));
      const done = prepared;
      prepared = null;
      const ready = await done?.catch(() => null);
      if (ready) await rm(ready.folder, { recursive: true, force: true });
    },
  };
}

interface Spare {
  readonly mode: NativeMode;
  readonly outputBytes: number;
  readonly interpreter: NativeInterpreter;
}

interface Prepared {
  readonly folder: string;
  readonly settings: BubblewrapSettings;
  readonly filter: string;
}

/** Compiles our own drivers once, outside, so that no process spends time on it; readable by the unprivileged user. */
async function compileDrivers(python: string, folder: string): Promise<void> {
  const script = [
    'import os, py_compile, sys',
    'os.makedirs(sys.argv[1])',
    'for name in ("program", "judge"):',
    '    path = os.path.join(sys.argv[1], name)',
    '    source = sys.stdin.read() if name == "program" else sys.argv[2]',
    '    open(path + ".py", "w").write(source)',
    '    py_compile.compile(path + ".py", path + ".pyc", dfile="<driver>", doraise=True)',
    '    os.chmod(path + ".pyc", 0o644)',
    'os.chmod(sys.argv[1], 0o755)',
    'os.chmod(os.path.dirname(sys.argv[1]), 0o755)',
  ].join('\n');
  const child = Bun.spawn([python, '-I', '-c', script, folder, JUDGE_SOURCE], { stdin: 'pipe', stdout: 'ignore', stderr: 'pipe', env: {} });
  child.stdin.write(PROGRAM_SOURCE);
  await child.stdin.end();
  const [status, errors] = await Promise.all([child.exited, new Response(child.stderr).text()]);
  if (status !== 0) throw new NativeUnavailable(`the native sandbox could not compile its driver: ${errors.trim().split('\n').at(-1)}`);
}

/** Starts one interpreter and waits for its greeting: namespaces, user change, filter and Python all work, or the reason is told. */
async function prove({ settings, filter }: Prepared): Promise<void> {
  const judge = startNativeInterpreter(settings, filter, { driver: 'judge', mode: 'lines' }, DEFAULT_LIMITS);
  const timer = setTimeout(() => judge.kill(), 10_000);
  const greeting = await judge.nextLine();
  clearTimeout(timer);
  judge.kill();
  const { errorTail } = await judge.ended;
  if (greeting === null) {
    throw new NativeUnavailable(
      `the native sandbox refuses to start: ${errorTail.trim().split('\n').at(-1) || 'bubblewrap gave no answer'}`,
    );
  }
}
