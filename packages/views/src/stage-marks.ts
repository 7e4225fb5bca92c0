import type { RunData } from './run-data.ts';

/** Where a stage begins, for the vertical lines in the charts; the first stage has none. */
export interface StageMark {
  readonly step: number;
  readonly label: string;
}

/** Stages after the first, by what changed for the reader: T, or the batch where T stayed. */
export function stageMarks({ stages }: Pick<RunData, 'stages'>): StageMark[] {
  return stages.slice(1).map((stage, index) => {
    const before = stages[index];
    const grew = before === undefined || before.contextLength !== stage.contextLength;
    const change = grew ? `T = ${stage.contextLength}` : `${stage.promptsPerStep} × ${stage.samplesPerPrompt}`;
    return { step: stage.step, label: `stage ${stage.stage + 1}: ${change}` };
  });
}
