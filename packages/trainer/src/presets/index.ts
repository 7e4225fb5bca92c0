import { nanoPresets } from '@or1/nano';
import { InputError } from '../errors.ts';
import type { Preset } from './preset.ts';
import { reportPresets } from './report.ts';
import { scriptPresets } from './scripts.ts';

/** Parameters of the two bases that the nano package ships. */
const NANO_PARAMETERS = 993_000;

const nano: readonly Preset[] = Object.values(nanoPresets).map((preset) => ({
  name: preset.name,
  title: preset.title,
  source: 'measured for this package; see its README',
  nominalParameters: NANO_PARAMETERS,
  layer: {
    preset: preset.name,
    model: preset.base,
    problems: preset.problems,
    columns: preset.dataMapping,
    ...preset.run,
    eval: { ...preset.run.eval, temperatures: [...preset.run.eval.temperatures] },
    stages: preset.run.stages.map((stage) => ({ ...stage })),
  },
}));

/** Every preset by name: ours first, then the report's schedules, its stages one by one, its baseline, and the released scripts. */
export const PRESETS: ReadonlyMap<string, Preset> = new Map(
  [...nano, ...reportPresets, ...scriptPresets].map((preset) => [preset.name, preset]),
);

/** @throws InputError listing the known names. */
export function findPreset(name: string): Preset {
  const preset = PRESETS.get(name);
  if (!preset) throw new InputError(`preset ${name}: there is none; known: ${[...PRESETS.keys()].join(', ')}`);
  return preset;
}
