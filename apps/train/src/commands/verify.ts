import { fileURLToPath } from 'node:url';
import { fileSize } from '@or1/trainer';
import type { Command } from 'commander';

/** A verifier's command: a file beside this one that adds itself to `or1 verify`. */
interface VerifyCommand {
  register(verify: Command): void;
}

const KINDS = ['math', 'code'] as const;

/**
 * `or1 verify KIND`: each kind is a file of its own, `verify-KIND.ts`, whose export `register(verify)` adds the subcommand. A kind that
 * this build does not have is not offered.
 */
export async function register(program: Command): Promise<void> {
  const verify = program.command('verify').description('judges responses that come as JSON lines on stdin');
  for (const kind of KINDS) {
    const file = new URL(`./verify-${kind}.ts`, import.meta.url);
    if ((await fileSize(fileURLToPath(file))) === null) continue;
    const command = (await import(file.href)) as VerifyCommand;
    command.register(verify);
  }
}
