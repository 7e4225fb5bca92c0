#!/usr/bin/env bun
import { Command, CommanderError } from 'commander';
import { exitCodeOf, explainError } from './cli/exit-codes.ts';

interface CommandModule {
  register(program: Command): void | Promise<void>;
}

/** One file a command; only the one that is asked for is loaded. */
const commands: Readonly<Record<string, () => Promise<CommandModule>>> = {
  train: () => import('./commands/train.ts'),
  sft: () => import('./commands/sft.ts'),
  eval: () => import('./commands/eval.ts'),
  sample: () => import('./commands/sample.ts'),
  score: () => import('./commands/score.ts'),
  verify: () => import('./commands/verify.ts'),
  curate: () => import('./commands/curate.ts'),
  report: () => import('./commands/report.ts'),
  dashboard: () => import('./commands/dashboard.ts'),
  doctor: () => import('./commands/doctor.ts'),
};

async function main(): Promise<void> {
  const program = new Command('or1')
    .description('Reinforcement learning for reasoning models, after Skywork-OR1 (MAGIC).')
    .exitOverride()
    // Errors are told once, by the handler below.
    .configureOutput({ outputError: () => undefined });
  const asked = commands[process.argv[2] ?? ''];
  for (const load of asked ? [asked] : Object.values(commands)) await (await load()).register(program);
  await program.parseAsync();
}

try {
  await main();
} catch (error) {
  process.exitCode = exitCodeOf(error);
  const isHelp = error instanceof CommanderError && error.code.startsWith('commander.help');
  if (!isHelp) process.stderr.write(`or1: ${explainError(error)}\n`);
}
