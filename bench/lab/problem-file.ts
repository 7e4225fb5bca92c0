/** Training problems in a file, for arms that change the problems themselves. */
import { decodeGroundTruth, encodeGroundTruth, type ProblemRecord, writeRecords } from '@or1/data';
import { nodeFiles } from '@or1/data/node';
import { heldOutProblems, problemSource } from '@or1/nano';
import type { Settings } from './experiment.ts';

/** Settings of an arm that are the lab's, not the run's. */
const OWN_KEYS = ['problemsSeen', 'wrongAnswers'];

/** Splits an arm's settings into those of the run and what is asked of its problems. */
export function splitSettings(settings: Settings): {
  readonly run: Settings;
  readonly problems: number | null;
  readonly wrongShare: number;
} {
  const run = Object.fromEntries(Object.entries(settings).filter(([key]) => !OWN_KEYS.includes(key)));
  const wrongShare = Number(settings.wrongAnswers ?? 0);
  const fresh = Number(settings.steps) * Number(settings.promptsPerStep);
  const seen = settings.problemsSeen === undefined ? null : Number(settings.problemsSeen);
  return { run, problems: seen ?? (wrongShare > 0 ? fresh : null), wrongShare };
}

/**
 * Writes `count` arithmetic problems; in the first `wrongShare` of every hundred the recorded answer is one too high. The trainer deals
 * them in its own shuffled order.
 */
export async function writeProblems(path: string, count: number, wrongShare: number, seed: number): Promise<void> {
  const deck = problemSource('arithmetic').deck({ seed, stage: 0, excluded: new Set() });
  const records = Array.from({ length: count }, (_, position) => {
    const { record } = deck.at(position);
    return position % 100 < wrongShare * 100 ? withWrongAnswer(record) : record;
  });
  await writeRecords(nodeFiles, path, records);
}

/** Writes held-out problems with their right answers: a run on a file would otherwise be tested on a part of that file. */
export async function writeHeldOut(path: string, count: number): Promise<void> {
  const records = heldOutProblems('arithmetic', count, 0).map(({ record }) => record);
  await writeRecords(nodeFiles, path, records);
}

function withWrongAnswer(record: ProblemRecord): ProblemRecord {
  const answers = decodeGroundTruth(record.reward_model.ground_truth) as readonly string[];
  const wrong = answers.map((answer) => String(Number(answer) + 1));
  return { ...record, reward_model: { ...record.reward_model, ground_truth: encodeGroundTruth(wrong) } };
}
