import { loadRecords, type ProblemRecord, type PromptSource, permute, recordSource, type SourcedRecord } from '@or1/data';
import { nodeFiles } from '@or1/data/node';
import { ModelInputError } from '@or1/model';
import { heldOutSource, type MixtureName, mixtures, problemSource } from '@or1/nano';
import type { RunConfiguration } from '../configuration/schema.ts';
import { InputError } from '../errors.ts';
import { requireFiles } from '../files.ts';
import type { TextCodec } from '../ports.ts';

/** What files gave: records, and what was left out of them, by reason. */
export interface LoadedFiles {
  readonly paths: readonly string[];
  readonly kept: number;
  readonly rows: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly mappings: Readonly<Record<string, string>>;
}

export interface RunProblems {
  readonly source: PromptSource;
  readonly heldOut: PromptSource;
  readonly files: readonly LoadedFiles[];
  /** Problems set aside from `data` because no `evalData` was given. */
  readonly heldOutOfData: number;
  /** Tokens of the longest prompt of the files; null where problems are generated. */
  readonly longestPrompt: number | null;
  readonly records: readonly SourcedRecord[];
}

/** Share of `data` that is held out where no `evalData` is given. */
const HELD_OUT_SHARE = 0.1;

function isMixture(name: string): name is MixtureName {
  return name in mixtures;
}

export interface LoadedProblems extends LoadedFiles {
  readonly records: readonly SourcedRecord[];
  /** Tokens of the longest prompt that was kept. */
  readonly longestPrompt: number;
}

/**
 * Reads problem files for a model: rows that its tokenizer cannot express or whose prompt is too long are left out and counted.
 *
 * @throws DataError naming a malformed row; InputError when no row can be used.
 */
export async function loadProblems(
  paths: readonly string[],
  codec: TextCodec,
  { promptLengthCap, columns }: Pick<RunConfiguration, 'promptLengthCap' | 'columns'>,
): Promise<LoadedProblems> {
  await requireFiles(paths);
  const lengthOf = (record: ProblemRecord) => codec.encodePrompt(record.prompt).length;
  const refuse = (record: ProblemRecord): string | null => {
    try {
      return lengthOf(record) > promptLengthCap ? `prompt longer than ${promptLengthCap} tokens` : null;
    } catch (error) {
      if (error instanceof ModelInputError) return error.message.replace(/ at character .*$/, '');
      throw error;
    }
  };
  const { records, rows, dropped, mappings } = await loadRecords(nodeFiles, paths, { mapping: columns, refuse });
  if (records.length === 0) {
    const reasons = Object.entries(dropped).map(([reason, count]) => `${count} x ${reason}`);
    throw new InputError(`${paths.join(', ')}: none of ${rows} rows can be used (${reasons.join('; ')})`);
  }
  const longestPrompt = records.reduce((longest, { record }) => Math.max(longest, lengthOf(record)), 0);
  return { paths, records, longestPrompt, kept: records.length, rows, dropped, mappings };
}

/** Splits off what is evaluated on, by a fixed shuffle, so that every run over the same files holds out the same problems. */
function splitHeldOut(records: readonly SourcedRecord[], problems: number): { training: SourcedRecord[]; heldOut: SourcedRecord[] } {
  const ids = [...new Set(records.map(({ id }) => id))];
  const count = Math.min(problems, Math.ceil(ids.length * HELD_OUT_SHARE));
  const chosen = new Set(Array.from({ length: count }, (_, index) => ids[permute(ids.length, [0x68656c64, 0x6f7574], index)]!));
  return { training: records.filter(({ id }) => !chosen.has(id)), heldOut: records.filter(({ id }) => chosen.has(id)) };
}

/**
 * Opens the problems that a configuration names: files where it names any, the built-in mixture otherwise. Without `evalData`, the
 * built-in held-out side goes with the built-in mixture, and a tenth of `data` is held out from files.
 *
 * @throws InputError when there is nothing to train or to evaluate on; DataError naming the row at fault.
 */
export async function openProblems(configuration: RunConfiguration, codec: TextCodec): Promise<RunProblems> {
  const { data, evalData, problems, eval: evaluation } = configuration;
  if (problems !== null && !isMixture(problems)) {
    throw new InputError(`problems ${problems}: there is no such mixture; known: ${Object.keys(mixtures).join(', ')}`);
  }
  const training = data.length > 0 ? await loadProblems(data, codec, configuration) : null;
  const held = evalData.length > 0 ? await loadProblems(evalData, codec, configuration) : null;
  const files = [training, held].filter((loaded) => loaded !== null);
  const longestPrompt = files.length > 0 ? Math.max(...files.map((loaded) => loaded.longestPrompt)) : null;

  if (!training) {
    if (problems === null) throw new InputError('no problems to train on: give --data FILE, or a preset that has its own');
    const heldOut = held ? recordSource('eval data', held.records) : heldOutSource(problems);
    return { source: problemSource(problems), heldOut, files, heldOutOfData: 0, longestPrompt, records: held?.records ?? [] };
  }
  if (held || evaluation.problems === 0) {
    const source = recordSource('data', training.records);
    const heldOut = held ? recordSource('eval data', held.records) : source;
    return { source, heldOut, files, heldOutOfData: 0, longestPrompt, records: [...training.records, ...(held?.records ?? [])] };
  }
  const split = splitHeldOut(training.records, evaluation.problems);
  if (split.training.length === 0)
    throw new InputError(`${data.join(', ')}: too few rows to hold some out; give --eval-data FILE or set eval.problems=0`);
  return {
    source: recordSource('data', split.training),
    heldOut: recordSource('held-out data', split.heldOut),
    files,
    heldOutOfData: split.heldOut.length,
    longestPrompt,
    records: training.records,
  };
}
