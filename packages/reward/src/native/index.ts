/** `@or1/reward/native`: the sandbox of the operating system for `@or1/reward/code`, and what this machine offers. */
export { describeSandboxes, type SandboxReport } from './describe-sandboxes.ts';
export { createNativeSandbox, type NativeSandboxOptions } from './native-sandbox.ts';
export { NativeUnavailable } from './native-tools.ts';
