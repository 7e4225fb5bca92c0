import type { RandomStream } from '../../random.ts';

/**
 * Ways to write a problem again, for planting copies whose truth is known. None touches a number, a variable or an operator, but for
 * `changeNumber`, which makes another problem. A rewording returns null where the text gives it nothing to hold on to.
 */
export type Rewording = (text: string, random: RandomStream) => string | null;

const SYNONYMS: readonly (readonly string[])[] = [
  ['find', 'determine', 'work out'],
  ['compute', 'calculate', 'evaluate'],
  ['how many', 'what number of'],
  ['altogether', 'in total', 'overall'],
  ['each', 'every'],
  ['buys', 'purchases'],
  ['bought', 'purchased'],
  ['let', 'suppose'],
  ['given that', 'knowing that'],
  ['such that', 'so that'],
  ['whose', 'with its'],
  ['gives', 'hands'],
  ['gave', 'handed'],
  ['makes', 'produces'],
  ['starts', 'begins'],
  ['started', 'began'],
  ['wants', 'wishes'],
  ['needs', 'requires'],
  ['large', 'big'],
  ['small', 'little'],
  ['kids', 'children'],
  ['store', 'shop'],
  ['money', 'cash'],
  ['friends', 'pals'],
  ['house', 'home'],
  ['remaining', 'leftover'],
  ['because', 'since'],
  ['number', 'count'],
  ['possible', 'feasible'],
  ['obtain', 'get'],
  ['contains', 'holds'],
  ['consists of', 'is made of'],
  ['given', 'provided'],
  ['elements', 'items'],
  ['called', 'named'],
  ['also', 'additionally'],
  ['must', 'has to'],
];

const LEADS = ['Solve the following problem. ', 'Please read carefully: ', 'Question: ', 'Consider this. ', 'Here is a problem for you: '];
const TAILS = [' Explain your reasoning.', ' Show your work.', ' Give only the final result.', ' Thank you!'];
const ADVERBS = ['actually', 'clearly', 'carefully', 'simply', 'indeed'];

/** Share of the words that an edited copy changes; one at least. */
const EDITED_SHARE = 0.08;

/** Words replaced, misspelt, left out or put in, away from formulas. */
export const editWords: Rewording = (text, random) => {
  const words = text.split(' ');
  const plain = words.flatMap((word, index) =>
    /^[a-z]{4,}[,.]?$/.test(word) && !UNTOUCHABLE.has(word.replace(/[,.]$/, '')) ? [index] : [],
  );
  let edited = text;
  let edits = Math.max(1, Math.round(words.length * EDITED_SHARE));
  for (const group of shuffled(SYNONYMS, random)) {
    if (edits <= 0) return edited;
    const from = group.find((phrase) => wholeWord(phrase).test(edited));
    if (from === undefined) continue;
    const to = random.pick(group.filter((phrase) => phrase !== from));
    edited = edited.replace(wholeWord(from), (match) => (/^[A-Z]/.test(match) ? to[0]!.toUpperCase() + to.slice(1) : to));
    edits--;
  }
  if (edits <= 0 || plain.length === 0) return edited === text ? null : edited;
  const parts = edited.split(' ');
  for (let index = 0; index < parts.length && edits > 0; index++) {
    const word = parts[index]!;
    if (!/^[a-z]{5,}[,.]?$/.test(word) || UNTOUCHABLE.has(word.replace(/[,.]$/, '')) || random.uniform() > 0.3) continue;
    parts[index] = random.uniform() < 0.6 ? misspelt(word, random) : `${random.pick(ADVERBS)} ${word}`;
    edits--;
  }
  edited = parts.join(' ');
  return edited === text ? null : edited;
};

/** Words whose change would ask something else. */
const UNTOUCHABLE = new Set(
  `maximum minimum largest smallest greatest least longest shortest positive negative even odd more less fewer most sum difference product
  quotient average mean median area perimeter volume length width height radius diameter twice half third double triple without never rows
  columns first second third last before after inside outside divided times exactly consecutive adjacent remainder divisor multiple factor integer integers different distinct plus minus three four five six seven eight nine eleven twelve
  there twenty thirty forty fifty sixty seventy eighty ninety hundred thousand monday tuesday`
    .split(/\s+/)
    .filter(Boolean),
);

function misspelt(word: string, random: RandomStream): string {
  const at = random.integer(1, word.length - 3);
  return word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2);
}

function wholeWord(phrase: string): RegExp {
  return new RegExp(`(?<![\\\\\\w])${phrase}(?![\\w'])`, 'i');
}

/** The same items in another order. */
export function shuffled<T>(items: readonly T[], random: RandomStream): T[] {
  const order = [...items];
  for (let at = order.length - 1; at > 0; at--) {
    const other = random.integer(0, at);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order;
}

/** A sentence before it, after it, or both. */
export const wrap: Rewording = (text, random) => {
  const lead = random.uniform() < 0.7 ? random.pick(LEADS) : '';
  return lead + text + (lead === '' || random.uniform() < 0.3 ? random.pick(TAILS) : '');
};

/** Other spellings of the same formulas. */
export const restyleLatex: Rewording = (text, random) => {
  const styles: readonly ((source: string) => string)[] = [
    (source) => source.replace(/\\frac(?=\{)/g, random.pick(['\\dfrac', '\\tfrac'])),
    (source) => source.replace(/\\frac\{(\d)\}\{(\d)\}/g, '\\frac$1$2'),
    (source) => source.replace(/\^(\w)(?!\w)/g, '^{$1}'),
    (source) => source.replace(/_(\w)(?!\w)/g, '_{$1}'),
    (source) => source.replace(/\\cdot(?![a-z])/g, '\\times'),
    (source) => source.replace(/\\leq?(?![a-z])/g, '\\leqslant '),
    (source) => source.replace(/\\geq?(?![a-z])/g, '\\ge '),
    (source) => source.replace(/\\left\(/g, '(').replace(/\\right\)/g, ')'),
    (source) =>
      /\$\d+(?![^$]*\$)|\$[^$]* (and|for|to|per|each) [^$]*\$/.test(source) ? source : source.replace(/\$([^$]+)\$/g, '\\($1\\)'),
    (source) => source.replace(/\\pi(?![a-z])/g, 'π'),
    (source) => source.replace(/\\text\{/g, '\\mathrm{'),
    (source) => source.replace(/(\d),(\d{3})(?!\d)/g, '$1{,}$2'),
    (source) => source.replace(/([a-z0-9])([+=])([a-z0-9])/gi, '$1 $2 $3'),
    (source) => source.replace(/ ([+=<]) /g, '$1'),
  ];
  const restyled = styles.reduce((source, style) => (random.uniform() < 0.8 ? style(source) : source), text);
  return restyled === text ? null : restyled;
};

/** Other whitespace. */
export const respace: Rewording = (text, random) => {
  const spaced = text.replace(/ /g, () => {
    const draw = random.uniform();
    return draw < 0.08 ? '  ' : draw < 0.12 ? '\n' : draw < 0.14 ? '\u00a0' : ' ';
  });
  return `${random.uniform() < 0.5 ? '\n' : ''}${spaced}${random.uniform() < 0.5 ? ' \n' : ''}\t`;
};

/** One number made another: a different problem in the same words. */
export const changeNumber: Rewording = (text, random) => {
  const numbers = [...text.matchAll(/(?<![\w.,\\])\d+(?![\w.,]*\d)/g)];
  if (numbers.length === 0) return null;
  const { 0: digits, index } = random.pick(numbers);
  return text.slice(0, index) + String(Number(digits) + random.integer(1, 9)) + text.slice(index + digits.length);
};

const URLS = [
  'https://artofproblemsolving.com/wiki/index.php?title=Problem',
  'http://www.example.org/p/12',
  'www.mathpages.com/home/kmath',
  'https://i.imgur.com/k3yTq.png',
];

/** A web address in the text. */
export const plantUrl: Rewording = (text, random) =>
  random.pick([
    (url: string) => `${text} (Source: ${url})`,
    (url: string) => `${text}\n\n${url}`,
    (url: string) => `See [this page](${url}). ${text}`,
    (url: string) => `${text} <a href="${url}">link</a>`,
    (url: string) => `${text} \\url{${url}}`,
  ])(random.pick(URLS));

const FIGURES = [
  'In the figure below, the shape is drawn to scale. ',
  'As shown in the diagram, ',
  'The graph is shown below. ',
  'Refer to the figure on the right. ',
  '![](image-12.png) ',
  '\\includegraphics[width=5cm]{fig1.pdf} ',
  '[asy] draw((0,0)--(1,1)); [/asy] ',
  'The following picture shows the situation. ',
  'In the accompanying figure, ',
  'See the attached image. ',
];

/** Words or code that need a picture. */
export const plantFigure: Rewording = (text, random) =>
  random.uniform() < 0.5 ? random.pick(FIGURES) + text : `${text} ${random.pick(FIGURES).trim()}`;

const DECOYS = [
  'She cannot figure out the answer.',
  'Round to a whole number of significant figures.',
  'Draw a diagram if it helps.',
  'He has a picture of his dog in the album.',
  'A graph is a set of vertices and edges.',
  'Nobody has shown this before.',
  'His blog has many readers on the web.',
];

/** Words that come close to those of a figure or an address and need neither. */
export const plantDecoy: Rewording = (text, random) => `${text} ${random.pick(DECOYS)}`;
