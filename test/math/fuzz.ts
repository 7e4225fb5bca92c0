import { verifyMath } from '@or1/reward/math';
import fc from 'fast-check';

/** Pieces of which answers and responses are made, sound and broken. */
const PIECES = [
  ...['1', '2', '7', '0', '12', '3.5', '1,000', '-4', '999999999999', 'x', 'y', 'n', 'e', 'i', 'a_1', 'abc', 'yes', 'cm', 'and', 'or'],
  ...['+', '-', '*', '/', '^', '_', '=', '<', '>', '!', '%', ',', ';', ':', '.', '|', "'", '&', '~', ' ', '\n', '\t', '\f'],
  ...['(', ')', '[', ']', '{', '}', '\\{', '\\}', '$', '$$', '\\(', '\\)', '\\[', '\\]', '\\\\'],
  ...[
    '\\frac',
    '\\frac{1}{2}',
    '\\sqrt',
    '\\sqrt[3]',
    '\\boxed{',
    '\\boxed',
    '\\pi',
    '\\infty',
    '\\cup',
    '\\pm',
    '\\cdot',
    '\\times',
    '\\le',
    '\\ne',
  ],
  ...[
    '\\sin',
    '\\log_2',
    '\\ln',
    '\\binom',
    '\\lfloor',
    '\\rfloor',
    '\\left(',
    '\\right)',
    '\\text{ cm}',
    '\\text{',
    '\\begin{pmatrix}',
    '\\end{pmatrix}',
  ],
  ...[
    '\\sum_{k=1}^{9}',
    '\\int_0^1',
    'dx',
    '^\\circ',
    '\\%',
    '\\in',
    '\\mathbb{R}',
    '\\pmod{5}',
    '\\approx',
    '\\overline{3}',
    '0.',
    '\\unknown',
  ],
  ...['</think>', '<think>', 'answer is ', 'Final Answer: ', '答案是', '####', '²', '½', '√', '５', 'а', '\u202e', '\ud800'],
];

/** Text made of those pieces, of characters, or of both. */
const anyText = fc.oneof(
  { weight: 6, arbitrary: fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join('')) },
  { weight: 1, arbitrary: fc.string({ maxLength: 80 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
);

/** Golds of every kind, as seeds for mutation. */
export const SEEDS = [
  ...[
    '42',
    '-3.5',
    '1{,}234',
    '\\frac{3}{4}',
    '1\\frac{2}{3}',
    '2\\sqrt{3}',
    '\\frac{1+\\sqrt{5}}{2}',
    '3 + 4i',
    '\\pi',
    '10!',
    '\\binom{9}{4}',
    '28\\%',
  ],
  ...[
    '90^\\circ',
    '\\$12.50',
    '5 \\text{ cm}',
    'x^2 + 2x + 1',
    '\\frac{x}{x-1}',
    '2 \\sin b \\cos a',
    '\\log_2 x',
    'a_1 + a_2',
    '(1, 2)',
    '(a, b, c)',
  ],
  ...[
    '1, 2, 3',
    '\\{1, 2\\}',
    '[0, 1)',
    '(-\\infty, 2) \\cup (3, \\infty)',
    'x = 5',
    'x > 3',
    '1 < x \\le 2',
    'y = 2x + 1',
    '\\text{odd}',
    '\\text{(C)}',
  ],
  ...[
    '\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}',
    '1121_4',
    '3:4',
    '8:34 \\text{ p.m.}',
    '1 \\pm \\sqrt{19}',
    'x \\equiv 3 \\pmod{7}',
    '\\emptyset',
  ],
];

interface Edit {
  readonly position: number;
  readonly remove: number;
  readonly insert: string;
}

const edit = fc.record<Edit>({ position: fc.nat(200), remove: fc.nat(6), insert: fc.oneof(fc.constantFrom(...PIECES), fc.constant('')) });

/** A seed with a few cuts and insertions. */
const mutated = fc.tuple(fc.constantFrom(...SEEDS), fc.array(edit, { minLength: 1, maxLength: 4 })).map(([seed, edits]) =>
  edits.reduce((text, { position, remove, insert }) => {
    const at = position % (text.length + 1);
    return text.slice(0, at) + insert + text.slice(at + remove);
  }, seed),
);

/** With these inside, a text around a box may state another answer than the box. */
const HAS_ANCHOR = /think>|answer|答案|####/i;

export interface FuzzReport {
  readonly inputs: number;
  readonly readable: number;
  readonly slowestSteps: number;
  readonly slowestMs: number;
}

/** The steps of one call: two budgets of 40,000, and what one operation may overdraw. */
const MOST_STEPS = 90_000;

/**
 * Runs `count` random and mutated inputs through the verifier and checks what must hold for any: it returns, within its budget, the same
 * verdict twice, and a gold that can be read is equal to itself.
 */
export function fuzz(count: number, seed: number): FuzzReport {
  let [inputs, readable, slowestSteps, slowestMs] = [0, 0, 0, 0];
  const property = fc.property(fc.oneof(anyText, mutated), fc.oneof(anyText, mutated, fc.constantFrom(...SEEDS)), (response, gold) => {
    const first = verifyMath(response, gold);
    const second = verifyMath(response, gold);
    inputs++;
    slowestSteps = Math.max(slowestSteps, first.details.steps);
    slowestMs = Math.max(slowestMs, Math.min(first.durationMs, second.durationMs));
    if (first.verdict !== second.verdict || first.evidence !== second.evidence) throw new Error('two verdicts for one input');
    if (first.details.steps > MOST_STEPS) throw new Error(`${first.details.steps} steps`);
    if ((first.reward === null) !== (first.verdict === 'unverifiable')) throw new Error(`reward ${first.reward} with ${first.verdict}`);
    const form = first.details.goldForms[0] ?? 'unread';
    if (form.startsWith('unread') || HAS_ANCHOR.test(gold)) return;
    readable++;
    const own = verifyMath(`\\boxed{${gold}}`, `\\boxed{${gold}}`);
    if (own.verdict === 'incorrect' && !own.details.goldForms[0]!.startsWith('unread'))
      throw new Error(`not equal to itself: ${own.evidence}`);
  });
  fc.assert(property, { numRuns: count, seed, verbose: 0 });
  return { inputs, readable, slowestSteps, slowestMs };
}
