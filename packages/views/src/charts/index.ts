import type { RunData } from '../run-data.ts';
import { accuracyChart, familyAccuracyChart } from './accuracy-charts.ts';
import type { Chart } from './chart.ts';
import { coefficientChart, entropyChart, familyEntropyChart } from './entropy-charts.ts';
import { gradientChart, groupsChart, policyDriftChart, ratioChart, solveRateChart } from './learning-charts.ts';
import { lengthChart, truncatedChart } from './response-charts.ts';
import { learningRateChart, lossChart } from './sft-charts.ts';
import { phasesChart, ratesChart } from './time-charts.ts';

const REINFORCEMENT = [
  accuracyChart,
  entropyChart,
  familyAccuracyChart,
  familyEntropyChart,
  coefficientChart,
  lengthChart,
  truncatedChart,
  groupsChart,
  solveRateChart,
  gradientChart,
  ratioChart,
  policyDriftChart,
  phasesChart,
  ratesChart,
];

const SUPERVISED = [lossChart, gradientChart, learningRateChart, ratesChart];

/** The charts of a run in the order of the page; those without data are left out. */
export function buildCharts(data: RunData): Chart[] {
  const builders = data.run.kind === 'train' ? REINFORCEMENT : SUPERVISED;
  return builders.map((build) => build(data)).filter((chart) => chart !== null);
}
