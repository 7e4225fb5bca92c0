import * as z from 'zod';
import { decodeGroundTruth, encodeGroundTruth, type GroundTruth } from '../ground-truth.ts';
import { type ProblemRecord, promptText } from '../record.ts';
import { type TruthForm, truthForm } from '../truth-form.ts';
import { type CurationItem, KEEP, type Outcome, type Stage } from './stage.ts';

export const normaliseOptions = z.strictObject({
  /** Requests that say how to answer and are no part of a problem; removed from the end of a prompt. */
  requests: z
    .array(z.string().min(1))
    .default([
      "Let's think step by step and output the final answer within \\boxed{}.",
      'Please reason step by step, and put your final answer within \\boxed{}.',
    ]),
  /** Problems with fewer characters are dropped. */
  minimumCharacters: z.int().min(1).default(1),
});

/**
 * Brings records to one form and drops those that no verifier could use: text in Unicode NFC with plain line ends and no invisible
 * characters, answers as a JSON list without dollar signs around them, test suites with the keys of their own form only.
 */
export function normaliseStage(options: z.infer<typeof normaliseOptions>): Stage {
  return {
    name: 'normalise',
    version: 1,
    scope: 'record',
    isCheap: true,
    options,
    inputs: [],
    judge: (items) => items.map((item) => normalise(item, options)),
  };
}

function normalise({ record, solutions }: CurationItem, { requests, minimumCharacters }: z.infer<typeof normaliseOptions>): Outcome {
  const prompt = record.prompt.map((message) => ({ ...message, content: cleanPrompt(message.content, requests) }));
  const form = truthForm(record);
  if (form?.form === 'invalid') {
    const reason = record.ability === 'code' ? 'corrupt test suite' : 'invalid answer';
    return { verdict: 'drop', reason, detail: `${form.key}: ${form.fault}` };
  }
  const truth = form === null ? decodeGroundTruth(record.reward_model.ground_truth) : cleanTruth(form);
  if (Array.isArray(truth) && truth.length === 0) return { verdict: 'drop', reason: 'invalid answer', detail: 'every answer is empty' };
  const next: ProblemRecord = {
    ...record,
    prompt,
    reward_model: { ...record.reward_model, ground_truth: encodeGroundTruth(truth) },
  };
  const text = promptText(next);
  if (text === '') return { verdict: 'drop', reason: 'empty problem' };
  if (text.length < minimumCharacters) return { verdict: 'drop', reason: 'problem too short', detail: `${text.length} characters` };
  const cleaned = solutions.map(cleanText).filter((solution) => solution !== '');
  const isSame = JSON.stringify(next) === JSON.stringify(record) && JSON.stringify(cleaned) === JSON.stringify(solutions);
  return isSame ? KEEP : { verdict: 'keep', record: next, solutions: cleaned };
}

/** Zero-width characters, soft hyphens, byte order marks and controls other than tab and line feed. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const INVISIBLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u00ad\u200b-\u200d\u2060\ufeff]/g;
const needsCleaning = /[^\t\n\u0020-\u007e]|[ \t]\n|\n{3}|^\s|\s$/;

function cleanText(text: string): string {
  if (!needsCleaning.test(text)) return text;
  return text
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(INVISIBLE, '')
    .replace(/[\u00a0\u2007\u202f]/g, ' ')
    .replace(/[ \t]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function cleanPrompt(text: string, requests: readonly string[]): string {
  let cleaned = cleanText(text);
  for (const request of requests) if (cleaned.endsWith(request)) cleaned = cleaned.slice(0, -request.length).trimEnd();
  return cleaned;
}

function cleanTruth(form: Exclude<TruthForm, { form: 'invalid' }>): GroundTruth {
  if (form.form !== 'answers') {
    const { form: _, ...fields } = form;
    return fields as GroundTruth;
  }
  const answers = form.answers.map((answer) => withoutDollars(cleanText(answer))).filter((answer) => answer !== '');
  return [...new Set(answers)];
}

/** `$x$` and `$$x$$` around a whole answer; dollars inside, and prices such as `\$5`, stay. */
function withoutDollars(answer: string): string {
  const inside = /^(\$\$?)([^$]+)\1$/.exec(answer)?.[2];
  return inside === undefined || inside.endsWith('\\') ? answer : inside.trim();
}
