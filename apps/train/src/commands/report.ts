import { type ExportFormat, exportRun } from '@or1/trainer';
import { type Command, Option } from 'commander';
import { addCommonOptions, type CommonOptions } from '../cli/common-options.ts';
import { createOutput } from '../cli/output.ts';
import { renderReport } from '../report/index.ts';

interface ReportFlags extends CommonOptions {
  readonly format: 'html' | ExportFormat;
  readonly out?: string;
}

async function reportCommand(run: string, { json, format, out }: ReportFlags): Promise<void> {
  const output = createOutput(json);
  const files = format === 'html' ? [await renderReport(run)] : await exportRun(run, format, out ?? `${run}/exports`);
  for (const file of files) output.say(file);
  output.result({ run, files });
}

export function register(program: Command): void {
  const command = program
    .command('report')
    .description('a finished or running run as a page or as tables')
    .argument('<run>', 'the run folder')
    .addOption(new Option('--format <kind>', 'what to write').choices(['html', 'csv', 'tensorboard', 'jsonl']).default('html'))
    .option('--out <folder>', 'where tables go; default: RUN/exports');
  addCommonOptions(command).action(reportCommand);
}
