import { availableParallelism } from 'node:os';
import { InputError } from '@or1/trainer';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { BENCHES, chooseBenches } from './registry.ts';
import { type RunFlags, runBenches } from './run-benches.ts';
import { formatComparison, formatReport } from './table.ts';

interface Flags extends RunFlags {
  readonly json: boolean;
  readonly list: boolean;
  readonly device: 'auto' | 'wasm' | 'webgpu' | 'reference';
}

const EXIT = { done: 0, failed: 1, input: 2 } as const;

function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`give a whole number of at least ${least}.`);
    return value;
  };
}

function listCommand(json: boolean): void {
  const benches = BENCHES.map(({ name, group, summary }) => ({ name, group, summary }));
  const width = Math.max(...benches.map(({ name }) => name.length));
  console.log(
    json
      ? JSON.stringify({ benches })
      : benches.map(({ name, group, summary }) => `${group.padEnd(8)} ${name.padEnd(width)}  ${summary}`).join('\n'),
  );
}

async function benchCommand(names: readonly string[], flags: Flags): Promise<number> {
  if (flags.list) {
    listCommand(flags.json);
    return EXIT.done;
  }
  if (flags.device !== 'auto' && flags.device !== 'wasm') {
    throw new InputError(`--device ${flags.device}: the benchmarks measure the WebAssembly device; use --device wasm`);
  }
  const result = await runBenches(chooseBenches(names), flags);
  const comparison = result.comparison === null ? null : `\n${formatComparison(result.comparison)}`;
  if (flags.json) {
    if (comparison) console.error(comparison);
    console.log(JSON.stringify(result.json));
  } else {
    console.log(formatReport(result.report));
    if (comparison) console.log(comparison);
  }
  return result.comparison && result.comparison.regressions.length > 0 ? EXIT.failed : EXIT.done;
}

async function main(): Promise<number> {
  let code: number = EXIT.done;
  const program = new Command('bench')
    .description('Measures how fast and how big or1 is on this machine.')
    .argument('[names...]', 'which benchmarks; default: all')
    .option('--list', 'names the benchmarks and runs none', false)
    .option('--save <file>', 'keeps the figures as JSON')
    .option('--compare <file>', 'compares with figures kept before; exit code 1 where something got slower beyond the noise')
    .option('--json', 'ends stdout in one JSON object; words go to stderr', false)
    .addOption(new Option('--device <kind>', 'where to compute').choices(['auto', 'wasm', 'webgpu', 'reference']).default('auto'))
    .option('--threads <n>', 'threads of the WebAssembly device and of the peers', wholeNumber(1), availableParallelism())
    .option('--seed <n>', 'seed of everything random', wholeNumber(0), 1)
    .exitOverride()
    .action(async (names: string[], flags: Flags) => {
      code = await benchCommand(names, flags);
    });
  try {
    await program.parseAsync();
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.input;
    if (error instanceof InputError) {
      console.error(error.message);
      return EXIT.input;
    }
    console.error(error instanceof Error ? error.stack : error);
    return EXIT.failed;
  }
}

process.exitCode = await main();
