import { type Command, InvalidArgumentError, Option } from 'commander';
import { PRECISIONS, type Precision } from '../gpu-device.ts';

export type DeviceChoice = 'wasm' | 'webgpu' | 'reference' | 'auto';

/** Flags that every command takes. */
export interface CommonOptions {
  readonly json: boolean;
  /** Absent: as `auto`, with less said. */
  readonly device?: DeviceChoice;
  readonly precision?: Precision;
  readonly threads?: number;
  readonly seed?: number;
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('give a whole number of at least 1.');
  return value;
}

export function nonnegativeInteger(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('give a whole number of at least 0.');
  return value;
}

export function nonnegativeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) throw new InvalidArgumentError('give a number of at least 0.');
  return value;
}

export function share(text: string): number {
  const value = nonnegativeNumber(text);
  if (value > 1) throw new InvalidArgumentError('give a number from 0 to 1.');
  return value;
}

/** Collects a flag that may be repeated. */
export function repeated(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

export function addCommonOptions(command: Command): Command {
  return command
    .option('--json', 'end stdout in one JSON object; words go to stderr', false)
    .addOption(new Option('--device <kind>', 'where to compute; default: auto').choices(['auto', 'wasm', 'webgpu', 'reference']))
    .addOption(
      new Option('--precision <kind>', 'of --device webgpu: exact (sampler and learner agree bit for bit; the default), or faster').choices(
        PRECISIONS,
      ),
    )
    .option('--threads <n>', 'threads of the WebAssembly device; default: one a core', positiveInteger)
    .option('--seed <n>', 'seed of everything random', nonnegativeInteger);
}
