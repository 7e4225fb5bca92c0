import * as z from 'zod';
import { decodeGroundTruth, type GroundTruth } from './ground-truth.ts';
import type { ProblemRecord } from './record.ts';

const text = z.string();
/** A stated answer, or several that count as right. */
const mathAnswers = z.union([text.min(1).transform((answer) => [answer]), z.array(text.min(1)).min(1)]);
const textOrTexts = z.union([text, z.array(text)]);

/** Programs that read standard input: a text in, the text (or one of several) that must come out. */
const stdioTests = z.object({ inputs: z.array(text), outputs: z.array(textOrTexts) });
/** Calls of a function: lists of arguments, or a text with one argument a line, and what must come back. */
const callTests = z.object({ fn_name: text.min(1), inputs: z.array(z.json()), outputs: z.array(z.json()) });
/** A program that defines `check(candidate)`. */
const checkTests = z.object({ entry_point: text.min(1), import_prefix: text.default(''), test_code: text });
/** Assertions, each on its own. */
const assertTests = z.object({ assert_case: z.array(text) });

/** The ground truth of a record, checked, by its form. */
export type TruthForm =
  | { readonly form: 'answers'; readonly answers: readonly string[] }
  | ({ readonly form: 'stdio' } & z.infer<typeof stdioTests>)
  | ({ readonly form: 'call' } & z.infer<typeof callTests>)
  | ({ readonly form: 'check' } & z.infer<typeof checkTests>)
  | ({ readonly form: 'assert' } & z.infer<typeof assertTests>);

/** What is wrong with a ground truth: the key, and one phrase. */
export interface TruthFault {
  readonly form: 'invalid';
  readonly key: string;
  readonly fault: string;
}

/**
 * The ground truth of a math or code record in its form; a code record's form is told by its keys, null keys being absent (report, the
 * record format). Other abilities have ground truths of their own, about which this package knows nothing: null.
 */
export function truthForm(record: ProblemRecord): TruthForm | TruthFault | null {
  const truth = decodeGroundTruth(record.reward_model.ground_truth);
  if (record.ability === 'math') return mathForm(truth);
  if (record.ability === 'code') return codeForm(truth);
  return null;
}

function mathForm(truth: GroundTruth): TruthForm | TruthFault {
  const parsed = mathAnswers.safeParse(truth);
  return parsed.success ? { form: 'answers', answers: parsed.data } : invalid('ground_truth', 'must be an answer or a list of answers');
}

function codeForm(truth: GroundTruth): TruthForm | TruthFault {
  if (typeof truth === 'string' || Array.isArray(truth)) return invalid('ground_truth', 'must be an object with tests');
  const keys = Object.keys(truth);
  if ('test_code' in truth) return parse('check', checkTests, truth);
  if ('assert_case' in truth) return parse('assert', assertTests, truth);
  if ('fn_name' in truth) return parse('call', callTests, truth);
  if ('inputs' in truth || 'outputs' in truth) return parse('stdio', stdioTests, truth);
  return invalid('ground_truth', `has none of inputs, test_code, assert_case (its keys: ${keys.join(', ') || 'none'})`);
}

function parse<Form extends 'stdio' | 'call' | 'check' | 'assert', Fields extends object>(
  form: Form,
  schema: z.ZodType<Fields>,
  truth: unknown,
): ({ readonly form: Form } & Fields) | TruthFault {
  const parsed = schema.safeParse(truth);
  if (parsed.success) return { form, ...parsed.data };
  const issue = parsed.error.issues[0]!;
  return invalid(issue.path.join('.') || 'ground_truth', issue.message);
}

const invalid = (key: string, fault: string): TruthFault => ({ form: 'invalid', key, fault });
