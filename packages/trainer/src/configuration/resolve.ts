import { findPreset } from '../presets/index.ts';
import { parseAssignment } from './assignment.ts';
import { DEFAULTS } from './defaults.ts';
import { applyAssignments, overlay } from './layers.ts';
import type { ConfigurationLayer, RunConfiguration } from './schema.ts';
import { validateConfiguration } from './validate.ts';

export interface ConfigurationSources {
  /** Name of a preset; wins over the file's `preset`. Without either the run starts from `fallbackPreset`. */
  readonly preset?: string | undefined;
  readonly fallbackPreset: string;
  /** A configuration file's values, with its path for messages. */
  readonly file?: { readonly path: string; readonly layer: ConfigurationLayer } | undefined;
  /** Arguments of `--set`, in order. */
  readonly assignments?: readonly string[];
  /** Values of flags of their own (`--model`, `--data`, `--seed`, …); they win over everything. */
  readonly flags?: ConfigurationLayer;
}

/**
 * Lays the sources over each other (defaults, preset, file, `--set`, flags) and checks the result once.
 *
 * @throws InputError naming the key at fault.
 */
export function resolveConfiguration(sources: ConfigurationSources): RunConfiguration {
  const preset = findPreset(sources.preset ?? sources.file?.layer.preset ?? sources.fallbackPreset);
  let layered = overlay(DEFAULTS, preset.layer);
  if (sources.file) {
    layered = overlay(layered, { ...sources.file.layer, preset: preset.name });
    validateConfiguration(layered, sources.file.path);
  }
  layered = applyAssignments(
    layered,
    (sources.assignments ?? []).map((text) => parseAssignment(text)),
  );
  layered = overlay(layered, sources.flags ?? {});
  return validateConfiguration({ ...layered, preset: preset.name }, sources.assignments?.length ? '--set' : `preset ${preset.name}`);
}
