/** How often a problem was solved at each moment when it was tried. */
export interface ProblemRates {
  readonly problem: string;
  readonly family: string;
  readonly prompt: string;
  /** One entry a column; null where the problem was not tried, or no attempt could be judged. */
  readonly tries: readonly ({ readonly solved: number; readonly tried: number } | null)[];
}

/** A table of problems by moments: held-out evaluations, or training steps. */
export interface SolveRates {
  readonly title: string;
  /** Steps that the policy had been trained for. */
  readonly steps: readonly number[];
  readonly problems: readonly ProblemRates[];
}

export interface Attempt {
  readonly problem: string;
  readonly family: string;
  readonly prompt: string;
  readonly step: number;
  readonly solved: boolean;
}

/** Counts attempts by problem and step. */
export function solveRates(title: string, attempts: readonly Attempt[]): SolveRates {
  const steps = [...new Set(attempts.map(({ step }) => step))].sort((a, b) => a - b);
  const column = new Map(steps.map((step, index) => [step, index]));
  const problems = new Map<string, Omit<ProblemRates, 'tries'> & { tries: ({ solved: number; tried: number } | null)[] }>();
  for (const { problem, family, prompt, step, solved } of attempts) {
    const row = problems.get(problem) ?? { problem, family, prompt, tries: new Array(steps.length).fill(null) };
    problems.set(problem, row);
    const at = column.get(step)!;
    const before = row.tries[at] ?? { solved: 0, tried: 0 };
    row.tries[at] = { solved: before.solved + (solved ? 1 : 0), tried: before.tried + 1 };
  }
  return { title, steps, problems: [...problems.values()] };
}

/** Change of the share solved from the first to the last moment at which a problem was tried. */
export function solveChange({ tries }: ProblemRates): number {
  const tried = tries.filter((entry) => entry !== null);
  const share = (entry: { solved: number; tried: number } | undefined) => (entry === undefined ? 0 : entry.solved / entry.tried);
  return share(tried.at(-1)) - share(tried[0]);
}
