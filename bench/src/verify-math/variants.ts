import { type GoldForm, goldForm, plainGold } from './gold-form.ts';

/** A response made from a gold answer, right or wrong by construction. */
export interface Variant {
  readonly kind: string;
  readonly response: string;
}

const boxed = (kind: string, answer: string): Variant => ({ kind, response: `After simplifying, we get $\\boxed{${answer}}$.` });
const boxedAll = (kind: string, answers: readonly string[]): Variant[] => answers.map((answer) => boxed(kind, answer));

/** The answer unchanged in ten surroundings. */
function surroundings(gold: string): Variant[] {
  const inner = plainGold(gold);
  return [
    { kind: 'box', response: `\\boxed{${inner}}` },
    { kind: 'box in a sentence', response: `We add the parts and obtain $\\boxed{${inner}}$, as was to be shown.` },
    { kind: 'box in display', response: `It follows that\n\\[ \\boxed{${inner}} \\]` },
    { kind: 'framed box', response: `Hence the result is $\\fbox{${inner}}$.` },
    { kind: 'inline dollars', response: `Therefore the result is $${inner}$.` },
    { kind: 'display dollars', response: `Therefore the result is\n$$${inner}$$` },
    { kind: 'parenthesis delimiters', response: `The value sought is \\(${inner}\\).` },
    { kind: 'final answer sentence', response: `Final Answer: The final answer is $${inner}$. I hope it is correct.` },
    { kind: 'answer anchor', response: `We compare 3 cases and drop 2.\nAnswer: $${inner}$` },
    { kind: 'after reasoning', response: `<think>Perhaps it is $\\boxed{123456}$.</think>\nThe answer is $\\boxed{${inner}}$.` },
    { kind: 'box with sizes', response: `So $\\boxed{\\displaystyle ${inner.replaceAll('\\frac', '\\dfrac')}}$` },
  ];
}

function scalarEquivalents(value: string): Variant[] {
  return [
    boxed('named value', `x = ${value}`),
    boxed('scaled fraction', `\\frac{2\\left(${value}\\right)}{2}`),
    boxed('plus zero', `\\left(${value}\\right) + 7 - 7`),
    boxed('double negation', `-\\left(-\\left(${value}\\right)\\right)`),
    boxed('times one', `1 \\cdot \\left(${value}\\right)`),
    boxed('chain', `3 + 4 - 7 + \\left(${value}\\right) = ${value}`),
  ];
}

function scalarNearMisses(value: string): Variant[] {
  return [
    boxed('sign', `-\\left(${value}\\right)`),
    boxed('off by one', `\\left(${value}\\right) + 1`),
    boxed('off by one', `\\left(${value}\\right) - 1`),
    boxed('factor two', `2 \\left(${value}\\right)`),
    boxed('factor two', `\\frac{${value}}{2}`),
    boxed('factor ten', `10 \\left(${value}\\right)`),
    boxed('a little more', `\\left(${value}\\right) + \\frac{1}{1000}`),
    boxed('a little more', `\\frac{1001}{1000} \\left(${value}\\right)`),
    boxed('named wrongly', `x = \\left(${value}\\right) + 2`),
    boxed('extra root', `\\sqrt{2} \\left(${value}\\right)`),
    boxed('with another', `${value}, \\left(${value}\\right) + 1`),
  ];
}

function integerEquivalents(value: bigint): Variant[] {
  const sign = value < 0n ? '-' : '';
  const digits = (value < 0n ? -value : value).toString();
  const grouped = (by: string): string => sign + digits.replace(/\B(?=(\d{3})+$)/g, by);
  return [
    boxed('grouped digits', grouped('{,}')),
    boxed('grouped digits', grouped(',\\!')),
    { kind: 'grouped digits', response: `So the total is ${grouped(',')}.` },
    boxed('decimal', `${value}.0`),
    boxed('fraction', `\\frac{${value * 3n}}{3}`),
    boxed('sum', `${value - 1n} + 1`),
    boxed('unit', `${value} \\text{ units}`),
    { kind: 'plain words', response: `Adding up, we get ${value}.` },
    { kind: 'bold anchor', response: `**Answer:** ${value}` },
  ];
}

function integerNearMisses(value: bigint): Variant[] {
  const text = value.toString();
  const swapped = text.replace(/(\d)(\d)$/, '$2$1');
  return [
    boxed('off by one', `${value + 1n}`),
    boxed('off by one', `${value - 1n}`),
    ...(value === 0n ? [] : [boxed('sign', `${-value}`), boxed('percent', `${value}\\%`), boxed('factor ten', `${value}0`)]),
    ...(swapped === text ? [] : [boxed('swapped digits', swapped)]),
    boxed('decimal nearby', `${value}.01`),
    boxed('fraction nearby', `\\frac{${value * 7n + 1n}}{7}`),
    boxed('two values', `${value}, ${value + 1n}`),
    boxed('condition', `x > ${value}`),
    { kind: 'plain words', response: `Adding up, we get ${value + 2n}.` },
  ];
}

function fractionEquivalents(top: bigint, bottom: bigint): Variant[] {
  const sign = top < 0n ? '-' : '';
  const size = top < 0n ? -top : top;
  const answers = [
    boxed('fraction expanded', `\\frac{${top * 3n}}{${bottom * 3n}}`),
    boxed('slash', `${top}/${bottom}`),
    boxed('sign in the denominator', `\\frac{${-top}}{${-bottom}}`),
    boxed('sum of fractions', `\\frac{${top - 1n}}{${bottom}} + \\frac{1}{${bottom}}`),
    boxed('power of minus one', `${top} \\cdot ${bottom}^{-1}`),
    boxed('display fraction', `${sign}\\dfrac{${size}}{${bottom}}`),
    { kind: 'plain words', response: `So the probability is ${top}/${bottom}.` },
  ];
  if (size < 10n && bottom < 10n) answers.push(boxed('unbraced fraction', `${sign}\\frac${size}${bottom}`));
  if (size > bottom) answers.push(boxed('mixed number', `${sign}${size / bottom}\\frac{${size % bottom}}{${bottom}}`));
  const decimal = terminatingDecimal(size, bottom);
  if (decimal !== null) answers.push(boxed('decimal', sign + decimal));
  return size % bottom === 0n ? answers.filter(({ kind }) => kind !== 'mixed number') : answers;
}

function terminatingDecimal(top: bigint, bottom: bigint): string | null {
  let [numerator, places] = [top, 0];
  while (numerator % bottom !== 0n && places < 8) {
    numerator *= 10n;
    places++;
  }
  if (numerator % bottom !== 0n || places === 0) return null;
  const digits = (numerator / bottom).toString().padStart(places + 1, '0');
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

function fractionNearMisses(top: bigint, bottom: bigint): Variant[] {
  const rounded = (Number(top) / Number(bottom)).toFixed(2);
  const isExact = (100n * top) % bottom === 0n;
  return [
    boxed('numerator', `\\frac{${top + 1n}}{${bottom}}`),
    ...(top === 0n ? [] : [boxed('denominator', `\\frac{${top}}{${bottom + 1n}}`), boxed('sign', `\\frac{${-top}}{${bottom}}`)]),
    ...(top * top === bottom * bottom || top === 0n ? [] : [boxed('upside down', `\\frac{${bottom}}{${top}}`)]),
    ...(isExact ? [] : [boxed('rounded decimal', rounded)]),
    boxed('whole part only', `${top}`),
    { kind: 'plain words', response: `So the probability is ${top + 1n}/${bottom}.` },
  ];
}

function groupEquivalents(form: GoldForm & { form: 'tuple' | 'list' }): Variant[] {
  const { items } = form;
  const rewritten = items.map((item) => `\\left(${item}\\right) + 0`);
  if (form.form === 'tuple') {
    const names = ['x', 'y', 'z', 'u', 'v', 'w'].slice(0, items.length).join(', ');
    return [
      boxed('spaced', `\\left( ${items.join(' ,\\; ')} \\right)`),
      boxed('elements rewritten', `(${rewritten.join(', ')})`),
      ...(items.length <= 6 ? [boxed('named tuple', `(${names}) = (${items.join(', ')})`)] : []),
      boxed('angle brackets', `\\langle ${items.join(', ')} \\rangle`),
    ];
  }
  return [
    boxed('order', [...items].reverse().join(', ')),
    boxed('braces', `\\{${items.join(', ')}\\}`),
    boxed('and', `${items.slice(0, -1).join(', ')} \\text{ and } ${items.at(-1)}`),
    boxed('or', items.join(' \\text{ or } ')),
    boxed('elements rewritten', rewritten.join(', ')),
    boxed('membership', `x \\in \\{${items.join(', ')}\\}`),
    { kind: 'several boxes', response: `We find ${items.map((item) => `$\\boxed{${item}}$`).join(' and ')}.` },
    boxed('repeated element', [...items, items[0]].join(', ')),
  ];
}

function groupNearMisses(form: GoldForm & { form: 'tuple' | 'list' }): Variant[] {
  const items = form.form === 'list' ? [...new Set(form.items)] : form.items;
  const wrap = (parts: readonly string[]): string => (form.form === 'tuple' ? `(${parts.join(', ')})` : parts.join(', '));
  const changed = (index: number, by: string): string[] => items.map((item, at) => (at === index ? `\\left(${item}\\right) ${by}` : item));
  const reversed = [...items].reverse();
  return [
    boxed('element changed', wrap(changed(0, '+ 1'))),
    boxed('element changed', wrap(changed(items.length - 1, '+ 1'))),
    boxed('element changed', wrap(changed(0, '- \\frac{1}{2}'))),
    boxed('element changed', wrap(items.map((item) => `\\left(${item}\\right) + 3`))),
    boxed('element missing', wrap(items.slice(1))),
    boxed('element missing', wrap(items.slice(0, -1))),
    boxed('element added', wrap([...items, '987'])),
    boxed('element added', wrap(['-\\frac{17}{31}', ...items])),
    boxed('one element', items[0]!),
    ...(form.form === 'tuple' && wrap(reversed) !== wrap(items) ? [boxed('swapped elements', wrap(reversed))] : []),
    ...(form.form === 'tuple' && items.length === 2 ? [boxed('square brackets', `[${items.join(', ')}]`)] : []),
  ];
}

function setVariants(form: GoldForm & { form: 'interval' | 'union' }): readonly [Variant[], Variant[]] {
  if (form.form === 'union') {
    const joined = form.parts.join(' \\cup ');
    const isUnbounded = /\\infty\s*[)\]]/.test(joined);
    const shut = (part: string): string => (part.startsWith('(') ? part.replace('(', '[') : part.replace('[', '('));
    const ends = form.parts.map((part) => (/^[([]-\\infty/.test(part) || !/^[([]/.test(part) ? part : shut(part)));
    const right: Variant[] = [boxed('order', [...form.parts].reverse().join(' \\cup ')), boxed('membership', `x \\in ${joined}`)];
    const wrong = [
      boxed('part missing', form.parts.slice(1).join(' \\cup ')),
      boxed('part missing', form.parts.slice(0, -1).join(' \\cup ')),
      boxed('intersection', form.parts.join(' \\cap ')),
      ...(isUnbounded ? [] : [boxed('part added', `${joined} \\cup (1000, 1001)`)]),
      boxed('whole line', '(-\\infty, \\infty)'),
      ...(ends.join() === form.parts.join() ? [] : [boxed('other ends', ends.join(' \\cup '))]),
    ];
    return [right, /^\(-\\infty, ?\\infty\)$/.test(joined) ? wrong.slice(0, 0) : wrong];
  }
  const { open, close, low, high } = form;
  const other = { '(': '[', '[': '(', ')': ']', ']': ')' } as Record<string, string>;
  const isBounded = (end: string): boolean => !end.includes('infty');
  const right = [
    boxed('membership', `x \\in ${open}${low}, ${high}${close}`),
    boxed('spaced', `\\left${open} ${low} ,\\, ${high} \\right${close}`),
    boxed(
      'ends rewritten',
      `${open}${isBounded(low) ? `\\left(${low}\\right) + 0` : low}, ${isBounded(high) ? `0 + \\left(${high}\\right)` : high}${close}`,
    ),
  ];
  const wrong = [
    ...(isBounded(low)
      ? [
          boxed('other ends', `${other[open]}${low}, ${high}${close}`),
          boxed('end moved', `${open}\\left(${low}\\right) - 1, ${high}${close}`),
        ]
      : []),
    ...(isBounded(high)
      ? [
          boxed('other ends', `${open}${low}, ${high}${other[close]}`),
          boxed('end moved', `${open}${low}, \\left(${high}\\right) + 1${close}`),
        ]
      : []),
    boxed('part added', `${open}${low}, ${high}${close} \\cup [-5000, -4999]`),
    boxed('ends as set', `\\{${low}, ${high}\\}`),
    boxed('one end', isBounded(low) ? low : high),
  ];
  return [right, low.startsWith('-\\infty') ? wrong.filter(({ kind }) => kind !== 'part added') : wrong];
}

function matrixVariants(rows: readonly (readonly string[])[]): readonly [Variant[], Variant[]] {
  const write = (cells: readonly (readonly string[])[], name = 'pmatrix'): string =>
    `\\begin{${name}} ${cells.map((row) => row.join(' & ')).join(' \\\\ ')} \\end{${name}}`;
  const change = (cell: (text: string, row: number, column: number) => string): string[][] =>
    rows.map((row, r) => row.map((text, c) => cell(text, r, c)));
  const transposed = rows[0]!.map((_, column) => rows.map((row) => row[column]!));
  const columns = rows[0]!.length;
  return [
    [
      boxed('square brackets', write(rows, 'bmatrix')),
      boxed(
        'array',
        `\\left[\\begin{array}{${'c'.repeat(columns)}} ${rows.map((row) => row.join(' & ')).join(' \\\\ ')} \\end{array}\\right]`,
      ),
      boxed('entries rewritten', write(change((text) => `${text} + 0`))),
      boxed('named matrix', `A = ${write(rows)}`),
    ],
    [
      boxed('entry changed', write(change((text, r, c) => (r === 0 && c === 0 ? `${text} + 1` : text)))),
      boxed('entry changed', write(change((text, r, c) => (r === rows.length - 1 && c === columns - 1 ? `${text} - 1` : text)))),
      boxed('all entries changed', write(change((text) => `${text} + 2`))),
      ...(rows.length > 1 ? [boxed('row missing', write(rows.slice(1)))] : []),
      boxed('row added', write([...rows, rows[0]!.map(() => '0')])),
      ...(write(transposed) === write(rows) ? [] : rows.length === columns ? [boxed('transposed', write(transposed))] : []),
      boxed('first entry', rows[0]![0]!),
    ],
  ];
}

const OTHER_WORDS = ['parabola', 'Thursday', 'never', 'hyperbola', 'Smith', 'neither'];

function wordVariants(word: string): readonly [Variant[], Variant[]] {
  const isLetter = word.length === 1;
  const others = isLetter
    ? [...'ABCDEFGH'].filter((letter) => letter !== word.toUpperCase())
    : OTHER_WORDS.filter((other) => other.toLowerCase() !== word.toLowerCase());
  const right = [
    boxed('text', `\\text{${word}}`),
    boxed('upright', `\\mathrm{${word}}`),
    boxed('bare', word),
    boxed('bold', `\\textbf{${word}}`),
  ];
  if (/^[A-J]$/.test(word))
    right.push(boxed('bracketed letter', `\\text{(${word})}`), { kind: 'letter in words', response: `So the right choice is (${word}).` });
  return [
    right,
    [
      ...boxedAll(
        'another word',
        others.map((other) => `\\text{${other}}`),
      ),
      boxed('number', '4'),
      boxed('two words', `\\text{${word}}, \\text{${others[0]}}`),
    ],
  ];
}

/** Right responses to a gold, at least ten. */
export function equivalents(gold: string): Variant[] {
  const form = goldForm(gold);
  const inner = plainGold(gold);
  const around = surroundings(gold);
  switch (form.form) {
    case 'integer':
      return [...around, ...integerEquivalents(form.value), ...scalarEquivalents(form.value.toString())];
    case 'fraction':
      return [...around, ...fractionEquivalents(form.top, form.bottom), ...scalarEquivalents(inner)];
    case 'decimal':
      return [...around, boxed('trailing zero', `${inner}0`), ...scalarEquivalents(inner)];
    case 'scalar':
      return [...around, ...scalarEquivalents(inner)];
    case 'percent':
      return [
        ...around,
        boxed('percent word', `${form.value} \\text{ percent}`),
        boxed('fraction', `\\frac{${form.value}}{100}`),
        boxed('decimal', String(Number((Number(form.value) / 100).toFixed(10)))),
        { kind: 'percent behind', response: `The share is $${form.value}$ percent.` },
      ];
    case 'degrees':
      return [
        ...around,
        boxed('without sign', form.value),
        boxed('degree word', `${form.value} \\text{ degrees}`),
        boxed('braced sign', `${form.value}^{\\circ}`),
        boxed('named value', `\\angle ABC = ${form.value}^\\circ`),
      ];
    case 'tuple':
    case 'list':
      return [...around, ...groupEquivalents(form)];
    case 'interval':
    case 'union':
      return [...around, ...setVariants(form)[0]];
    case 'matrix':
      return [...around, ...matrixVariants(form.rows)[0]];
    case 'word':
      return [...around.filter(({ kind }) => kind !== 'inline dollars'), ...wordVariants(form.word)[0]];
    case 'equation':
      return [
        ...around,
        boxed('sides swapped', `${form.right} = ${form.left}`),
        boxed('scaled', `2\\left(${form.left}\\right) = 2\\left(${form.right}\\right)`),
        boxed('moved across', `${form.left} - \\left(${form.right}\\right) = 0`),
      ];
    case 'other':
      return around;
  }
}

/** Wrong responses to a gold that look like it, ten where its form allows as many. */
export function nearMisses(gold: string): Variant[] {
  const form = goldForm(gold);
  const inner = plainGold(gold);
  switch (form.form) {
    case 'integer':
      return [...integerNearMisses(form.value), ...(form.value === 0n ? [] : scalarNearMisses(form.value.toString()))];
    case 'fraction':
      return [...fractionNearMisses(form.top, form.bottom), ...scalarNearMisses(inner)];
    case 'decimal':
      return Number(inner) === 0 ? [] : scalarNearMisses(inner);
    case 'scalar':
      return scalarNearMisses(inner);
    case 'percent':
      return [
        ...scalarNearMisses(`${form.value}\\%`),
        boxed('without percent', form.value),
        boxed('off by one', `${Number(form.value) + 1}\\%`),
      ];
    case 'degrees':
      return scalarNearMisses(form.value);
    case 'tuple':
    case 'list':
      return groupNearMisses(form);
    case 'interval':
    case 'union':
      return setVariants(form)[1];
    case 'matrix':
      return matrixVariants(form.rows)[1];
    case 'word':
      return wordVariants(form.word)[1];
    case 'equation':
      return [
        boxed('off by one', `${form.left} = ${form.right} + 1`),
        ...(form.right === '0' ? [] : [boxed('factor two', `${form.left} = 2\\left(${form.right}\\right)`)]),
        boxed('condition', `${form.left} > ${form.right}`),
        boxed('moved wrongly', `${form.left} + ${form.right} + 1 = 0`),
      ];
    case 'other':
      return [
        boxed('another answer', '\\frac{98765}{4321}'),
        boxed('another answer', '\\text{zygote}'),
        boxed('another answer', '(-71, 83, 97)'),
      ];
  }
}
