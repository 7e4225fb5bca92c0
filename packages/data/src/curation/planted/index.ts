export { type PerturbedRow, perturbedRows } from './perturbed-rows.ts';
export { type PlantedKind, type PlantedRow, type PlantOptions, paraphrase, plantTruth, type RealText } from './planted-truth.ts';
export { type ReadRows, readEvaluationTexts, readRealTexts } from './real-texts.ts';
export { changeNumber, editWords, plantFigure, plantUrl, type Rewording, respace, restyleLatex, wrap } from './rewordings.ts';
export { type Findings, formatScores, type Score, scorePlanted } from './score.ts';
