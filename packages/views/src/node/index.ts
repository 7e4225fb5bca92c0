export { bundleScript, type PageAssets, pageStyle } from './page-assets.ts';
export { readRun } from './read-run.ts';
export { readSamples } from './read-samples.ts';
