import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { InputError, writeFileAside } from '@or1/trainer';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { Experiment } from './experiment.ts';
import { EXPERIMENTS } from './experiments/index.ts';
import { labPage } from './page.ts';
import { resultJson } from './result-json.ts';
import { runLab } from './run-lab.ts';
import { FULL, QUICK } from './scale.ts';

interface Flags {
  readonly quick: boolean;
  readonly seeds: number;
  readonly jobs: number;
  readonly threads: number;
  readonly device: string;
  readonly list: boolean;
  readonly run: boolean;
  readonly json: boolean;
}

const FOLDER = join(import.meta.dir, 'results');
const EXIT = { done: 0, failed: 1, input: 2, interrupted: 130 } as const;

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('give a whole number of at least 1.');
  return value;
}

function choose(names: readonly string[]): readonly Experiment[] {
  const known = EXPERIMENTS.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new InputError(`no experiment is called ${unknown.join(', ')}; there are: ${known.join(', ')}`);
  return names.length === 0 ? EXPERIMENTS : EXPERIMENTS.filter(({ name }) => names.includes(name));
}

async function labCommand(names: readonly string[], flags: Flags): Promise<number> {
  const experiments = choose(names);
  if (flags.list) {
    const listed = experiments.map(({ name, source, claim, arms, quick }) => ({
      name,
      source,
      claim,
      arms: arms.map((arm) => arm.name),
      quick: quick !== undefined,
    }));
    console.log(
      flags.json
        ? JSON.stringify({ experiments: listed })
        : listed.map((one) => `${one.name} (${one.source})\n    ${one.claim}\n    ${one.arms.join(' | ')}`).join('\n'),
    );
    return EXIT.done;
  }
  const scale = flags.quick ? QUICK : FULL;
  const abort = new AbortController();
  const interrupt = (): void => abort.abort();
  process.on('SIGINT', interrupt);
  const results = await runLab(experiments, {
    scale,
    seeds: flags.seeds,
    jobs: flags.jobs,
    threads: flags.threads,
    device: flags.device,
    run: flags.run,
    places: { results: join(FOLDER, 'arms'), work: join(FOLDER, 'unfinished') },
    signal: abort.signal,
    say: (line) => console.error(`lab: ${line}`),
  });
  process.off('SIGINT', interrupt);
  const json = results.map(resultJson);
  await mkdir(FOLDER, { recursive: true });
  const page = join(FOLDER, scale.name === 'full' ? 'index.html' : 'quick.html');
  if (names.length === 0) {
    for (const one of json)
      await writeFileAside(join(FOLDER, `${scale.name === 'full' ? '' : 'quick-'}${one.name}.json`), `${JSON.stringify(one)}\n`);
    await writeFile(page, await labPage(json, scale));
  }
  for (const { experiment, verdict } of results) {
    console.error(`\n${experiment.name}: ${verdict.outcome}\n  ${experiment.claim}`);
    for (const { test, effect, outcome } of verdict.tests) {
      const shown = effect
        ? `${effect.difference.toFixed(4)} [${effect.interval.map((value) => value.toFixed(4)).join(', ')}], ${effect.seeds} seeds`
        : 'no runs yet';
      console.error(`  ${outcome}: ${test.says}: ${shown}`);
    }
  }
  if (existsSync(page) && names.length === 0) console.error(`\n${page}`);
  if (flags.json) console.log(JSON.stringify({ experiments: json }));
  return EXIT.done;
}

async function main(): Promise<number> {
  let code: number = EXIT.done;
  const program = new Command('lab')
    .description("The report's ablations at small scale: arms, seeds, and a verdict that was fixed before the runs.")
    .argument('[names...]', 'which experiments; default: all')
    .option('--quick', 'the three headline experiments, smaller: twenty minutes on two cores', false)
    .option('--seeds <n>', 'seeds of each arm', positive, 3)
    .option('--jobs <n>', 'runs at the same time', positive, availableParallelism())
    .option('--threads <n>', 'threads of each run', positive, 1)
    .addOption(new Option('--device <kind>', 'where to compute').choices(['auto', 'wasm', 'webgpu']).default('wasm'))
    .option('--no-run', 'judges the runs that are there and starts none')
    .option('--list', 'names the experiments', false)
    .option('--json', 'ends stdout in one JSON object', false)
    .exitOverride()
    .action(async (names: string[], flags: Flags) => {
      code = await labCommand(names, flags);
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
    if (error instanceof DOMException && error.name === 'AbortError') {
      console.error('lab: interrupted; finished runs are kept, the others go on from their checkpoints');
      return EXIT.interrupted;
    }
    console.error(error instanceof Error ? error.message : error);
    return EXIT.failed;
  }
}

process.exitCode = await main();
