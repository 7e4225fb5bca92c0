/** The sandboxes that tests run on: wasm everywhere, native where this machine lets it run, else a stated reason to skip. */
import { createWasmSandbox, type Sandbox } from '@or1/reward/code';
import { createNativeSandbox } from '@or1/reward/native';

export interface SandboxUnderTest {
  readonly name: Sandbox['name'];
  readonly create: () => Sandbox;
  /** Why it cannot run here, or null. */
  readonly missing: string | null;
}

async function whyMissing(create: () => Sandbox): Promise<string | null> {
  try {
    const sandbox = create();
    await (await sandbox.openSlot()).close();
    await sandbox.close();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const native = await whyMissing(() => createNativeSandbox());
if (native !== null) console.warn(`native sandbox: tests are skipped: ${native}`);

/** A wasm sandbox that does not start is a failure, never a skip. */
export const SANDBOXES: readonly SandboxUnderTest[] = [
  { name: 'wasm', create: () => createWasmSandbox(), missing: null },
  { name: 'native', create: () => createNativeSandbox(), missing: native },
];

export const fence = (code: string): string => `I think so.\n</think>\nHere it is:\n\n\`\`\`python\n${code}\n\`\`\`\n`;
