export { type NanoBaseName, nanoBase } from './bases.ts';
export { type NanoPreset, type NanoRun, nanoPresets } from './presets.ts';
export type { MixtureName } from './problem-source.ts';
