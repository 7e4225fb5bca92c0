/**
 * Takes as many rows as asked for through the curation stages that run no model and no program, and prints one JSON object: seconds and rows
 * a stage, and the most memory that this process held. A process of its own, so that the memory of one size is not that of another.
 */
import { join } from 'node:path';
import { readRows } from '@or1/data';
import {
  type CurationItem,
  decontaminationOptions,
  decontaminationStage,
  duplicateOptions,
  duplicateStage,
  filterOptions,
  filterStage,
  makeItem,
  memoryLedger,
  normaliseOptions,
  normaliseStage,
  runStage,
  type Stage,
} from '@or1/data/curation';
import { nodeFiles, sha256 } from '@or1/data/node';
import { perturbedRows, readEvaluationTexts, readRealTexts } from '@or1/data/planted';

export interface StageFigures {
  readonly stage: string;
  readonly rows: number;
  readonly kept: number;
  /** Processor time: the stages work on one thread, which other programs do not slow by this clock. */
  readonly processorSeconds: number;
  readonly wallSeconds: number;
}

export interface ScaleFigures {
  readonly rows: number;
  readonly characters: number;
  readonly stages: readonly StageFigures[];
  readonly peakBytes: number;
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

async function measure(count: number, seed: number, dataFolder: string): Promise<ScaleFigures> {
  const read = (path: string) => readRows(nodeFiles, join(dataFolder, path));
  const originals = await readRealTexts(read);
  const evaluations = (await readEvaluationTexts(read)).map(({ id, text, source }) => ({ id, text, set: source }));
  const rows = [...perturbedRows(originals, count, seed)];
  const characters = rows.reduce((sum, { text }) => sum + text.length, 0);
  const stages: StageFigures[] = [];
  const timed = async <Result>(stage: string, size: number, work: () => Result | Promise<Result>, keptOf: (result: Result) => number) => {
    const [processor, wall] = [processorSeconds(), performance.now()];
    const result = await work();
    const figures = { processorSeconds: processorSeconds() - processor, wallSeconds: (performance.now() - wall) / 1000 };
    stages.push({ stage, rows: size, kept: keptOf(result), ...figures });
    return result;
  };
  let items: readonly CurationItem[] = await timed(
    'hash',
    count,
    () => rows.map(itemOf),
    ({ length }) => length,
  );
  rows.length = 0;
  const host = { hasher: sha256, ledger: memoryLedger(), signal: new AbortController().signal, now: () => performance.now() };
  for (const stage of stagesOf(evaluations)) {
    items = await timed(
      stage.name,
      items.length,
      async () => (await runStage(stage, items, host)).kept,
      ({ length }) => length,
    );
  }
  return { rows: count, characters, stages, peakBytes: process.resourceUsage().maxRSS * 1024 };
}

function itemOf(
  { id, source, text }: { readonly id: string; readonly source: string; readonly text: string },
  index: number,
): CurationItem {
  const record = {
    data_source: `train-math-${source}`,
    prompt: [{ role: 'user', content: text }],
    ability: 'math',
    reward_model: { style: 'rule', ground_truth: '["1"]' },
    extra_info: { index },
  };
  return makeItem(sha256, { id, source, record, solutions: [] });
}

/** The order of the report: inside sources, filters, across sources, evaluation sets. */
function stagesOf(evaluations: Parameters<typeof decontaminationStage>[1]): readonly Stage[] {
  return [
    normaliseStage(normaliseOptions.parse({})),
    duplicateStage(duplicateOptions.parse({ within: 'source' })),
    filterStage(filterOptions.parse({})),
    duplicateStage(duplicateOptions.parse({})),
    decontaminationStage(decontaminationOptions.parse({}), evaluations),
  ];
}

const [count, seed, dataFolder] = process.argv.slice(2);
if (count === undefined || seed === undefined || dataFolder === undefined)
  throw new Error('give the number of rows, a seed and the data folder');
console.log(JSON.stringify(await measure(Number(count), Number(seed), dataFolder)));
