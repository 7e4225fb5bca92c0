import type { Judgement, Verdict } from '../verdict.ts';
import { ANSWER_STEPS, Budget, BudgetExceeded } from './budget.ts';
import { splitChoice } from './choices.ts';
import { compareAnswers } from './compare/answers.ts';
import type { CandidateSource } from './extract/candidate.ts';
import { type ExtractTarget, findCandidates } from './extract/extract.ts';
import { answerText, completionText } from './extract/reasoning.ts';
import { formatExpression } from './format.ts';
import { type Reading, readCandidates, readGold, readPart } from './read.ts';

/** Settings of one verification. All are optional. */
export interface MathOptions {
  /** What to look for in the gold and in the response; by default the whole gold, and everything in the response. */
  readonly extract?: { readonly gold?: readonly ExtractTarget[]; readonly response?: readonly ExtractTarget[] };
  /** Decimal places to which both sides are rounded when one is written as a decimal. Default 6. */
  readonly floatRounding?: number;
  /** Whether variable names matter. Default true. */
  readonly strict?: boolean;
  /** The chat template wrote `<think>` into the prompt: a response without `</think>` is all reasoning. Default false. */
  readonly promptOpensReasoning?: boolean;
  /**
   * `default`: our own procedure. `paper`: the report's (section 6 and its released code): the whole completion counts where there is
   * no `</think>`; a response whose match does not become an expression is incorrect; a response whose text equals a gold is
   * correct; each gold is read in a box.
   */
  readonly mode?: 'default' | 'paper';
  /** Why generation ended; a response cut off at its length limit is incorrect whatever it holds. Default `stop`. */
  readonly finish?: 'stop' | 'length';
}

/** What the verdict rests on, for people. */
export interface MathDetails {
  readonly source: CandidateSource | null;
  /** Character range of the extracted text in the response. */
  readonly range: readonly [number, number] | null;
  readonly goldForms: readonly string[];
  readonly responseForm: string | null;
  readonly rule: string;
  readonly steps: number;
}

export interface MathJudgement extends Judgement {
  readonly details: MathDetails;
}

/** What the report's procedure looks for. */
const PAPER_TARGETS: readonly ExtractTarget[] = ['latex', 'expr'];
/** Letters of multiple-choice questions. */
const CHOICES = 'ABCDEFGHIJ';

/**
 * Judges whether a response states one of the golds. Synchronous, bounded by a step budget, never throws on any text.
 *
 * - `correct`: the extracted answer equals a gold.
 * - `incorrect`: it does not, or no answer was found, or the answer is beyond the budget.
 * - `unverifiable`: no gold could be read. The record is at fault and no reward is given.
 */
export function verifyMath(response: string, gold: string | readonly string[], options: MathOptions = {}): MathJudgement {
  const started = performance.now();
  const golds = typeof gold === 'string' ? [gold] : gold;
  const goldBudget = new Budget(ANSWER_STEPS);
  const budget = new Budget(ANSWER_STEPS);
  const conclude = (verdict: Verdict, rule: string, answer: Reading | null, goldReadings: readonly Reading[]): MathJudgement =>
    judgement({ verdict, rule, answer, goldReadings, steps: budget.spent + goldBudget.spent, started });

  const goldReadings = readGolds(golds, options, goldBudget);
  const readable = goldReadings.filter((reading) => reading.expression !== null);
  const wholeGolds = goldReadings.filter((reading) => reading.expression === null && reading.text !== '');
  if (readable.length === 0 && wholeGolds.length === 0) return conclude('unverifiable', 'no gold answer can be read', null, goldReadings);
  if (options.finish === 'length') return conclude('incorrect', 'the response was cut off at its length limit', null, goldReadings);
  const isPaper = options.mode === 'paper';
  const part = isPaper ? completionText(response) : answerText(response, options.promptOpensReasoning ?? false);
  if (part === null) return conclude('incorrect', 'the response never leaves its reasoning', null, goldReadings);

  let answer: Reading | null = null;
  try {
    answer = readResponse(part, options, readable, budget);
    if (answer === null)
      return unreadable(readable, (rule) => conclude(readable.length === 0 ? 'unverifiable' : 'incorrect', rule, null, goldReadings));
    if (isPaper && answer.expression === null) return conclude('incorrect', 'fewer than two results: no expression', answer, goldReadings);
    if (isPaper && golds.includes(answer.text)) return conclude('correct', 'the same text as a gold', answer, goldReadings);
    let rule = 'the answer differs';
    for (const reading of goldReadings) {
      const comparison = compareReadings(reading, answer, options, budget);
      rule = comparison.rule;
      if (comparison.equal) return conclude('correct', rule, answer, goldReadings);
    }
    return conclude(readable.length === 0 ? 'unverifiable' : 'incorrect', rule, answer, goldReadings);
  } catch (error) {
    if (error instanceof BudgetExceeded) return conclude('incorrect', error.message, answer, goldReadings);
    throw error;
  }
}

const unreadable = (readable: readonly Reading[], conclude: (rule: string) => MathJudgement): MathJudgement =>
  conclude(readable.length === 0 ? 'no gold answer can be read' : 'no answer found in the response');

function readGolds(golds: readonly string[], options: MathOptions, budget: Budget): readonly Reading[] {
  const readings: Reading[] = [];
  for (const gold of golds) {
    try {
      const text = options.mode === 'paper' ? `\\boxed{${gold}}` : gold;
      readings.push(readGold(text, options.extract?.gold ?? null, budget));
    } catch (error) {
      if (!(error instanceof BudgetExceeded)) throw error;
      readings.push({ text: '', expression: null, source: null, range: null, failure: error.message });
    }
  }
  return readings;
}

function readResponse(
  { text, offset }: { text: string; offset: number },
  options: MathOptions,
  golds: readonly Reading[],
  budget: Budget,
): Reading | null {
  const explicit = options.extract?.response ?? (options.mode === 'paper' ? PAPER_TARGETS : undefined);
  const asksForLetter = golds.some((gold) => gold.expression?.kind === 'symbol' && CHOICES.includes(gold.expression.name));
  const targets = explicit ?? (asksForLetter ? (['latex', 'expr', 'string'] as const) : (['latex', 'expr'] as const));
  const candidates = findCandidates(text, { targets, letters: CHOICES, bareText: explicit === undefined });
  return readCandidates(candidates, offset, budget);
}

interface ComparisonNote {
  readonly equal: boolean;
  readonly rule: string;
}

function compareReadings(gold: Reading, answer: Reading, options: MathOptions, budget: Budget): ComparisonNote {
  const labelled = compareLabelled(gold, answer, options, budget);
  if (labelled?.equal) return labelled;
  if (gold.expression === null || answer.expression === null) {
    return { equal: gold.text !== '' && gold.text === answer.text, rule: 'character by character' };
  }
  const direct = compareAnswers(gold.expression, answer.expression, {
    floatRounding: options.floatRounding ?? 6,
    strict: options.strict ?? true,
    budget,
  });
  if (direct.equal) return direct;
  if (isOneNumber(gold) && DECIMAL_COMMA.test(answer.text)) return compareReadings(gold, withPoint(answer, budget), options, budget);
  if (isBare(gold) && DECIMAL_COMMA.test(gold.text) && isOneNumber(answer))
    return compareReadings(withPoint(gold, budget), answer, options, budget);
  return direct;
}

/** "2,74" is a list of two numbers by its form, and a decimal beside a single number. In mathematical delimiters a gold stays a list. */
const DECIMAL_COMMA = /^-?\d+,\d+$/;
const isOneNumber = ({ expression }: Reading): boolean => expression !== null && !['list', 'tuple', 'set'].includes(expression.kind);
const isBare = ({ range, text }: Reading): boolean => range !== null && range[1] - range[0] === text.length;
const withPoint = (reading: Reading, budget: Budget): Reading => readPart(reading, reading.text.replace(',', '.'), budget);

/** Options such as "(A) 5": the label answers a label, the value behind it answers a value, and two labels must agree. */
function compareLabelled(gold: Reading, answer: Reading, options: MathOptions, budget: Budget): ComparisonNote | null {
  const [goldChoice, answerChoice] = [splitChoice(gold.text), splitChoice(answer.text)];
  if (goldChoice !== null && answerChoice !== null) {
    if (goldChoice.letter !== answerChoice.letter) return null;
    return compareReadings(readPart(gold, goldChoice.answer, budget), readPart(answer, answerChoice.answer, budget), options, budget);
  }
  if (goldChoice !== null) {
    const byLetter = compareReadings(readPart(gold, goldChoice.letter, budget), answer, options, budget);
    return byLetter.equal ? byLetter : compareReadings(readPart(gold, goldChoice.answer, budget), answer, options, budget);
  }
  if (answerChoice === null) return null;
  const asksForLetter = gold.expression?.kind === 'symbol' && CHOICES.includes(gold.expression.name);
  return compareReadings(gold, readPart(answer, asksForLetter ? answerChoice.letter : answerChoice.answer, budget), options, budget);
}

interface Conclusion {
  readonly verdict: Verdict;
  readonly rule: string;
  readonly answer: Reading | null;
  readonly goldReadings: readonly Reading[];
  readonly steps: number;
  readonly started: number;
}

function judgement({ verdict, rule, answer, goldReadings, steps, started }: Conclusion): MathJudgement {
  const goldForms = goldReadings.map((reading) =>
    reading.expression === null ? `unread: ${reading.failure}` : formatExpression(reading.expression),
  );
  const responseForm = answer?.expression ? formatExpression(answer.expression) : null;
  const where = answer?.range ? `${answer.source} at ${answer.range[0]}` : 'nothing';
  const evidence = `${verdict}: ${rule}; found ${where}: ${responseForm ?? answer?.text ?? '-'}; gold: ${goldForms.join(' | ') || '-'}`;
  return {
    verdict,
    reward: verdict === 'correct' ? 1 : verdict === 'incorrect' ? 0 : null,
    extracted: answer === null ? null : answer.text,
    evidence: evidence.replace(/\s+/g, ' '),
    durationMs: performance.now() - started,
    details: { source: answer?.source ?? null, range: answer?.range ?? null, goldForms, responseForm, rule, steps },
  };
}
