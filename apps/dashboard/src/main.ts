#!/usr/bin/env bun
import { InputError, isFolder } from '@or1/trainer';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { serveDashboard } from './server/serve.ts';

const EXIT = { failed: 1, input: 2, interrupted: 130 } as const;

/** Where `train` puts its runs. */
const RUNS = 'runs';

function portNumber(text: string): number {
  const port = Number(text);
  if (text.trim() === '' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InvalidArgumentError('give a port from 0 to 65535; 0 takes any that is free.');
  }
  return port;
}

async function dashboard(paths: readonly string[], { port, json }: { readonly port: number; readonly json: boolean }): Promise<void> {
  const shown = paths.length > 0 ? paths : (await isFolder(RUNS)) ? [RUNS] : [];
  const { url, stop } = await serveDashboard({ paths: shown, port });
  const words = shown.length > 0 ? `Runs of ${shown.join(', ')}` : `No runs yet (there is no folder ${RUNS})`;
  process.stderr.write(`${words}: ${url}\nCtrl-C ends it.\n`);
  process.stdout.write(json ? `${JSON.stringify({ url })}\n` : '');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stop().then(() => process.exit(EXIT.interrupted)));
  }
}

const program = new Command('or1 dashboard')
  .description('serves a page over run folders on 127.0.0.1: curves, comparison, samples, and training in the browser')
  .argument('[runs...]', `run folders, or folders that hold some; default: ${RUNS}`)
  .option('--port <n>', 'port to listen on; 0 takes any that is free', portNumber, 4173)
  .option('--json', 'end stdout in one JSON object', false)
  .exitOverride()
  .configureOutput({ outputError: () => undefined })
  .action(dashboard);

try {
  await program.parseAsync();
} catch (error) {
  const isHelp = error instanceof CommanderError && error.exitCode === 0;
  if (!isHelp) {
    const message =
      error instanceof InputError || error instanceof CommanderError ? error.message : ((error as Error).stack ?? String(error));
    process.stderr.write(`or1: ${message.replace(/^error: /, '')}\n`);
    process.exitCode = error instanceof InputError || error instanceof CommanderError ? EXIT.input : EXIT.failed;
  }
}
