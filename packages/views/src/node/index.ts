export { insideFolder } from './inside-folder.ts';
export { bundleScript, type PageAssets, pageStyle } from './page-assets.ts';
export { readRun } from './read-run.ts';
export { type ReadSamples, readSamples, type SampleChoice } from './read-samples.ts';
export { readSolveRates } from './read-solve-rates.ts';
