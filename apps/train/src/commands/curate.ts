import { basename, dirname, extname } from 'node:path';
import { type CurationConfiguration, curationReport, makeStage, type PipelineResult, runPipeline, type Stage } from '@or1/data/curation';
import { directoryLedger, nodeFiles, sha256 } from '@or1/data/node';
import { InputError, InterruptedError, makeFolder } from '@or1/trainer';
import { type Command, Option } from 'commander';
import { addCommonOptions, type CommonOptions } from '../cli/common-options.ts';
import { interruptSignal } from '../cli/interrupt.ts';
import { createOutput, type Output } from '../cli/output.ts';
import { endpointWords, progressTeller, stageWords } from '../curate/progress.ts';
import { curationOfFiles, readCuration } from '../curate/read-configuration.ts';
import { renderCuration } from '../curate/report/index.ts';
import { type OpenServices, openServices } from '../curate/services.ts';
import { type OutputPaths, outputPaths, writeOutputs, writeReport } from '../curate/write-outputs.ts';
import { formatNumber } from '../numbers.ts';

interface CurateFlags extends CommonOptions {
  readonly config?: string;
  readonly in?: readonly string[];
  readonly out?: string;
  readonly onError?: 'stop' | 'skip';
}

async function configurationOf(flags: CurateFlags): Promise<{ readonly configuration: CurationConfiguration; readonly out: string }> {
  if ((flags.config === undefined) === (flags.in === undefined)) {
    throw new InputError('curate: give either --config FILE, or --in FILES with --out FILE');
  }
  if (flags.config === undefined && flags.out === undefined) throw new InputError('curate --in: give --out FILE as well');
  const base = flags.config === undefined ? curationOfFiles(flags.in!) : await readCuration(flags.config);
  return {
    configuration: {
      ...base,
      ...(flags.onError === undefined ? {} : { onError: flags.onError }),
      ...(flags.seed === undefined ? {} : { publish: { ...base.publish, seed: flags.seed } }),
    },
    out: flags.out ?? `runs/curate/${basename(flags.config!, extname(flags.config!))}/train.parquet`,
  };
}

/** @throws InputError naming the first file that is not there. */
async function requireSources({ sources, evaluations }: CurationConfiguration): Promise<void> {
  for (const { name, files } of [...sources, ...evaluations]) {
    for (const file of files) {
      if (!(await Bun.file(file).exists())) throw new InputError(`source ${name}: ${file}: no such file`);
    }
  }
}

async function openStages(configuration: CurationConfiguration, open: OpenServices): Promise<readonly Stage[]> {
  const stages: Stage[] = [];
  for (const { name, options } of configuration.stages) {
    try {
      stages.push(await makeStage(name, options, open.services));
    } catch (error) {
      throw new InputError((error as Error).message, { cause: error });
    }
  }
  return stages;
}

async function curateCommand(flags: CurateFlags): Promise<void> {
  const output = createOutput(flags.json);
  const started = performance.now();
  const { configuration, out } = await configurationOf(flags);
  const paths = outputPaths(out);
  await requireSources(configuration);
  await makeFolder(dirname(out));
  const ledger = directoryLedger(paths.ledger);
  const { signal, release } = interruptSignal(output.say, 'Interrupted: what is judged is on file; the same command goes on from here.');
  const open = openServices({ configuration, flags, ledger, hasher: sha256 });
  try {
    const stages = await openStages(configuration, open);
    const { sources, publish, onError } = configuration;
    const result = await runPipeline(
      { sources: sources.map(withoutAbsent), stages, publish, onError },
      {
        files: nodeFiles,
        ledger,
        hasher: sha256,
        signal,
        now: () => performance.now(),
        onProgress: progressTeller(output.say, open.use),
        onStageEnd: (stage) => output.say(stageWords(stage)),
      },
    );
    await finish(output, configuration, paths, result, open, started);
  } catch (error) {
    if (signal.aborted) throw new InterruptedError('interrupted; the same command goes on from here', { cause: error });
    throw error;
  } finally {
    release();
    await open.close();
  }
}

const withoutAbsent = ({ dataSource, ...source }: CurationConfiguration['sources'][number]) => ({
  ...source,
  ...(dataSource === undefined ? {} : { dataSource }),
});

async function finish(
  output: Output,
  configuration: CurationConfiguration,
  paths: OutputPaths,
  result: PipelineResult,
  { use }: OpenServices,
  started: number,
): Promise<void> {
  const heldOut = result.published.heldOut.length > 0 ? paths.heldOut : null;
  const report = curationReport({
    title: configuration.title,
    sources: configuration.sources.map(withoutAbsent),
    result,
    wallMs: performance.now() - started,
    files: { training: paths.training, heldOut, dropped: paths.dropped },
  });
  await writeReport(paths, report, await renderCuration(report));
  await writeOutputs(paths, result);
  for (const { place, reason, detail } of result.read.left.filter((row) => row.reason === 'unreadable row'))
    output.say(`${reason}: ${detail ?? place}`);
  for (const [name, one] of use) output.say(endpointWords(name, one));
  output.say(`${formatNumber(report.in)} rows in, ${formatNumber(report.out)} records out: ${paths.training}`);
  output.say(`Report: ${paths.report}`);
  output.result({
    in: report.in,
    out: report.out,
    held_out: report.heldOut,
    stages: report.stages.map(({ name, kept, dropped, reasons, wall_s, failed, remembered }) => ({
      name,
      kept,
      dropped,
      reasons,
      wall_s,
      failed,
      remembered,
    })),
    by_source: Object.fromEntries(
      report.sources.map(({ name, licence, rows, kept, written, dropped }) => [name, { in: rows, kept, out: written, licence, dropped }]),
    ),
    skipped: result.read.left.filter(({ reason }) => reason === 'unreadable row').map(({ place, detail }) => ({ place, detail })),
    read: { rows: report.in, left: report.left.reasons, wall_s: report.read_s },
    endpoints: Object.fromEntries(use),
    files: { ...report.files, report: paths.report, report_data: paths.reportData },
    wall_s: (performance.now() - started) / 1000,
    peak_memory_bytes: process.resourceUsage().maxRSS * 1024,
  });
}

/** Adds `or1 curate`. */
export function register(program: Command): void {
  const command = program
    .command('curate')
    .description('raw problem sets in, one checked training set out, with a report that says why each problem stayed or went')
    .option('--config <file>', 'sources, stages and how to publish, as YAML or JSON; paths in it are relative to it')
    .option('--in <files...>', 'in place of a configuration: problem files, through every stage that needs no model')
    .option('--out <file>', 'the training file: .jsonl, .jsonl.gz, .jsonl.zst or .parquet; default: runs/curate/NAME/train.parquet')
    .addOption(new Option('--on-error <what>', 'with a row that cannot be read: end, or list it and go on').choices(['stop', 'skip']));
  addCommonOptions(command).action(curateCommand);
}
