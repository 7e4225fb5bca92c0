/** What `or1 doctor` says of the sandboxes: which work here, proved by starting an interpreter, and why one does not. */
import { createWasmSandbox, DEFAULT_LIMITS, PYTHON_PACKAGE, PYTHON_PACKAGE_BYTES, type Sandbox } from '../code/index.ts';
import { createNativeSandbox } from './native-sandbox.ts';

export interface SandboxReport {
  readonly ok: boolean;
  /** One line: what it is, or why it does not work and how to mend it. */
  readonly detail: string;
  /** From nothing to the first running interpreter. */
  readonly start_s: number | null;
  /** What its optional package takes on disk, where it needs one. */
  readonly package_bytes: number | null;
}

/** Tries each sandbox; takes about a second. */
export async function describeSandboxes(): Promise<Record<'wasm' | 'native', SandboxReport>> {
  const wasm = await tryOut(
    () => createWasmSandbox(),
    `CPython 3.11 for WASI from ${PYTHON_PACKAGE} (119 MB unpacked)`,
    PYTHON_PACKAGE_BYTES,
  );
  const native = await tryOut(() => createNativeSandbox(), 'bubblewrap with /usr/bin/python3', null);
  return { wasm, native };
}

async function tryOut(create: () => Sandbox, detail: string, packageBytes: number | null): Promise<SandboxReport> {
  const start = performance.now();
  let sandbox: Sandbox | null = null;
  try {
    sandbox = create();
    const slot = await sandbox.openSlot();
    const interpreter = await slot.startJudge(DEFAULT_LIMITS);
    const greeting = await interpreter.nextLine();
    if (greeting === null) throw new Error(`its interpreter did not start: ${(await interpreter.ended).errorTail.trim()}`);
    return { ok: true, detail, start_s: (performance.now() - start) / 1000, package_bytes: packageBytes };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error), start_s: null, package_bytes: packageBytes };
  } finally {
    await sandbox?.close();
  }
}
