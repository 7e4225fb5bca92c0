import { serveDashboard } from '@or1/dashboard';
import { InterruptedError, isFolder } from '@or1/trainer';
import { type Command, InvalidArgumentError } from 'commander';
import { addCommonOptions, type CommonOptions } from '../cli/common-options.ts';
import { interruptSignal } from '../cli/interrupt.ts';
import { createOutput } from '../cli/output.ts';

interface DashboardFlags extends CommonOptions {
  readonly port: number;
}

/** Where `train` puts its runs. */
const RUNS = 'runs';
const DEFAULT_PORT = 4173;

function portNumber(text: string): number {
  const port = Number(text);
  if (text.trim() === '' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InvalidArgumentError('give a port from 0 to 65535; 0 takes any that is free.');
  }
  return port;
}

async function dashboardCommand(paths: readonly string[], { port, json }: DashboardFlags): Promise<void> {
  const output = createOutput(json);
  const shown = paths.length > 0 ? paths : (await isFolder(RUNS)) ? [RUNS] : [];
  const { url, stop } = await serveDashboard({ paths: shown, port });
  output.say(
    shown.length > 0 ? `Runs of ${shown.join(', ')}.` : `There is no folder ${RUNS} yet; the page can still train in the browser.`,
  );
  output.say(`Dashboard: ${url} (Ctrl-C ends it)`);
  output.result({ url });
  const { signal, release } = interruptSignal(output.say, 'Stopping.');
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  release();
  await stop();
  throw new InterruptedError('the dashboard was stopped');
}

export function register(program: Command): void {
  const command = program
    .command('dashboard')
    .description('serves run folders as a page on 127.0.0.1, live, with training in the browser')
    .argument('[runs...]', `run folders, or folders that hold some; default: ${RUNS}`)
    .option('--port <n>', 'port to listen on; 0 takes any that is free', portNumber, DEFAULT_PORT);
  addCommonOptions(command).action(dashboardCommand);
}
