import type { Message } from '../../record.ts';

/** Raise it with every change of the words below: votes on other words are other votes. */
export const JUDGE_PROMPT_VERSION = 1;

const INSTRUCTIONS = `You are checking whether a mathematics problem is fit for a training set. You do not have to solve it.

Look at four things, and for each say in one sentence what is wrong, or that nothing is:
1. Clarity: can the text be read in one way only? Are all symbols and terms explained or standard?
2. Completeness: is everything there that is needed to find one definite answer? A problem that refers to a figure, a table, an earlier part or a source that is not shown is incomplete.
3. Form: is the text whole and well set, without broken formulas, lost characters or lines in the wrong order?
4. Relevance: is there nothing but the problem? Hints, solutions, answers, scores, names of contests, advertisements and remarks of an editor do not belong there.

A problem that is merely hard, easy or unusual is fit. After the four sentences write a last line that is exactly one of
VERDICT: VALID
VERDICT: INVALID`;

/** The conversation that asks a judge for one vote on a problem (report, section 6.3; the words are ours). */
export function judgeMessages(problem: string): readonly Message[] {
  return [
    { role: 'system', content: INSTRUCTIONS },
    { role: 'user', content: `The problem stands between the two lines of equals signs.\n\n=====\n${problem}\n=====` },
  ];
}

/** The vote in a judge's answer: its last verdict line; null where it gave none. */
export function readVote(answer: string): 'valid' | 'invalid' | null {
  const last = [...answer.matchAll(/VERDICT\W{1,6}(IN)?VALID\b/gi)].at(-1);
  if (last === undefined) return null;
  return last[1] === undefined ? 'valid' : 'invalid';
}
