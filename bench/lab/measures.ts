import type { ArmRun } from './arm-run.ts';
import type { Measure } from './experiment.ts';
import { ENTROPY_TARGET } from './scale.ts';

/** The values of one run that a measure averages; their spread is what the bootstrap draws from. Empty where the run has none. */
export function measureValues(run: ArmRun, measure: Measure): number[] {
  const series = (name: string): number[] => (run.series[name] ?? []).filter((value) => value !== null);
  const part = (name: string, from: number, to: number): number[] => {
    const values = series(name);
    return values.slice(Math.floor(from * values.length), Math.ceil(to * values.length));
  };
  const eighths = (name: string): number[][] => Array.from({ length: 8 }, (_, index) => part(name, index / 8, (index + 1) / 8));
  switch (measure) {
    case 'end-accuracy':
      return part('accuracy', 0.75, 1);
    case 'early-accuracy':
      return part('accuracy', 0.25, 0.5);
    case 'end-accuracy-not-truncated':
      return part('accuracy/not-truncated', 0.75, 1);
    case 'end-entropy':
      return part('entropy/all', 0.75, 1);
    case 'early-entropy':
      return part('entropy/all', 0.25, 0.5);
    case 'first-entropy':
      return part('entropy/all', 0, 0.125);
    case 'peak-entropy':
      return highest(eighths('entropy/all'));
    case 'entropy-change': {
      const first = mean(part('entropy/all', 0, 0.125));
      return part('entropy/all', 0.75, 1).map((value) => value - first);
    }
    case 'target-distance':
      return part('entropy/all', 0.75, 1).map((value) => Math.abs(value - ENTROPY_TARGET));
    case 'fall': {
      const parts = eighths('accuracy');
      const best = mean(highest(parts));
      return (parts.at(-1) ?? []).map((value) => best - value);
    }
    case 'end-truncated':
      return part('length/truncated-share', 0.75, 1);
    case 'end-length':
      return part('length/mean', 0.75, 1);
    case 'generated':
      return [series('tokens/generated').reduce((sum, value) => sum + value, 0) / 1e6];
    case 'final-1':
    case 'final-0.6': {
      const temperature = measure === 'final-1' ? 1 : 0.6;
      // One entry a problem, so that a resampling sees how uncertain a share of so many problems is.
      return run.final
        .filter((one) => one.temperature === temperature)
        .flatMap(({ avg, n }) => Array.from({ length: n }, (_, problem) => (problem < Math.round(avg * n) ? 1 : 0)));
    }
  }
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function highest(parts: readonly number[][]): number[] {
  return parts
    .filter((part) => part.length > 0)
    .reduce<number[]>((best, part) => (best.length === 0 || mean(part) > mean(best) ? part : best), []);
}
