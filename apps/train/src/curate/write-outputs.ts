import { basename, dirname, join } from 'node:path';
import { RECORD_ENDINGS, writeJsonl, writeRecords } from '@or1/data';
import type { CurationReport, DroppedItem, LeftRow, PipelineResult } from '@or1/data/curation';
import { nodeFiles } from '@or1/data/node';
import { InputError } from '@or1/trainer';

/** Where the files of a run lie, all beside the training file. */
export interface OutputPaths {
  readonly training: string;
  readonly heldOut: string;
  readonly dropped: string;
  readonly report: string;
  readonly reportData: string;
  /** Outcomes and answers kept between runs. */
  readonly ledger: string;
}

/** @throws InputError where the name does not tell a format. */
export function outputPaths(out: string): OutputPaths {
  const ending = RECORD_ENDINGS.toSorted((a, b) => b.length - a.length).find((one) => out.endsWith(one));
  if (ending === undefined) throw new InputError(`--out ${out}: cannot tell the format; end the name in ${RECORD_ENDINGS.join(', ')}`);
  const folder = dirname(out);
  const stem = basename(out, ending);
  return {
    training: out,
    heldOut: join(folder, `${stem}-held-out${ending}`),
    dropped: join(folder, `${stem}-dropped.jsonl.gz`),
    report: join(folder, 'curation-report.html'),
    reportData: join(folder, 'curation-report.json'),
    ledger: join(folder, '.curation'),
  };
}

/** Writes every record that stays, and every row that went with its reason. */
export async function writeOutputs(paths: OutputPaths, { read, dropped, published }: PipelineResult): Promise<void> {
  await writeJsonl(nodeFiles, paths.dropped, droppedRows(read.left, dropped));
  if (published.training.length === 0) {
    throw new InputError(`no record is left to write to ${paths.training}; ${paths.dropped} says why each one went`);
  }
  await writeRecords(nodeFiles, paths.training, published.training);
  if (published.heldOut.length > 0) await writeRecords(nodeFiles, paths.heldOut, published.heldOut);
}

export async function writeReport(paths: OutputPaths, report: CurationReport, page: string): Promise<void> {
  const bytes = (text: string) => [new TextEncoder().encode(text)];
  await nodeFiles.write(paths.reportData, bytes(`${JSON.stringify(report, null, 1)}\n`));
  await nodeFiles.write(paths.report, bytes(page));
}

function* droppedRows(left: readonly LeftRow[], dropped: readonly DroppedItem[]): Generator<Record<string, unknown>> {
  for (const { source, place, reason, detail } of left)
    yield { id: null, source, place, stage: 'read', verdict: 'drop', reason, detail: detail ?? null };
  for (const { stage, item, outcome } of dropped) {
    const { verdict, reason, detail = null, like = null, record = item.record } = outcome;
    yield { id: item.id, source: item.source, stage, verdict, reason, detail, like, record, solutions: item.solutions };
  }
}
