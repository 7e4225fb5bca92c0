import type { Command } from 'commander';

/** A verifier's command: a file of its own that adds itself to `or1 verify`. */
interface VerifyCommand {
  register(verify: Command): void;
}

/** Only the one that is asked for is loaded. */
const kinds: Readonly<Record<string, () => Promise<VerifyCommand>>> = {
  math: () => import('./verify-math.ts'),
  code: () => import('./verify-code.ts'),
};

/** Adds `or1 verify KIND`. */
export async function register(program: Command): Promise<void> {
  const verify = program.command('verify').description('judges responses that come as JSON lines on stdin');
  const asked = kinds[process.argv[3] ?? ''];
  for (const load of asked ? [asked] : Object.values(kinds)) (await load()).register(verify);
}
