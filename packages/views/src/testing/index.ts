export { HOSTILE, type SyntheticRun, writeSyntheticRun, writeSyntheticSupervisedRun } from './synthetic-run.ts';
