import { conditions, fillers, meaningsOfWord, negatingPrefixes } from './word-tables.ts';

/** What sets two problems of similar wording apart. */
export type Difference = 'numbers' | 'operators' | 'names' | 'conditions' | 'opposite words' | 'switched words';

/**
 * Tells a reworded copy from another problem in the same words. Two canonical texts are different problems when
 *
 * | rule            | what differs                                                                          | example                              |
 * | --------------- | ------------------------------------------------------------------------------------- | ------------------------------------ |
 * | numbers         | the sequence of numbers, written-out ones included                                    | 3 apples, 4 apples                   |
 * | operators       | how often `+ - < > <= >= != ! ^ \\sqrt f(` occurs, or one sign in another's place      | `x + y`, `x - y`                     |
 * | names           | a variable, point, function or quoted word in place of another                        | find $AB$, find $BC$                 |
 * | conditions      | how often a word such as `not` or `consecutive` occurs; a word and its opposite       | distinguishable, indistinguishable   |
 * | opposite words  | a word in place of one that means something else on the same scale                    | largest, smallest; area, perimeter   |
 * | switched words  | a word that both use, in place of another that both use                               | how many pears, how many plums       |
 *
 * An edit brings in a new word or leaves one out; another problem about the same things uses the things that are there in other roles.
 *
 * @returns the first rule that applies, or null for the same problem.
 */
export function differenceOfProblems(canonical: string, other: string): Difference | null {
  const [ours, theirs] = [canonical.split(' '), other.split(' ')];
  if (!sameNumbers(numbersOf(ours), numbersOf(theirs))) return 'numbers';
  const [mine, its] = [countTokens(ours), countTokens(theirs)];
  const [more, fewer] = [surplus(mine, its), surplus(its, mine)];
  const changed = [...more, ...fewer];
  if (changed.some(isExactOperator) || haveReplaced(more, fewer)) return 'operators';
  if (haveRenamed(more, fewer)) return 'names';
  if (changed.some((token) => conditions.has(token)) || haveNegated(more, fewer)) return 'conditions';
  if (haveOpposites(more, fewer)) return 'opposite words';
  return haveSwitched(stemsOf(mine), stemsOf(its)) ? 'switched words' : null;
}

/** The numbers of a text in order. */
export function numbersOf(tokens: readonly string[]): string[] {
  return tokens.filter((token) => token.charCodeAt(0) >= 0x30 && token.charCodeAt(0) <= 0x39);
}

const EXACT: ReadonlySet<string> = new Set(['+', '-', '<', '>', '<=', '>=', '!=', '!', '^', '\\sqrt']);

function isExactOperator(token: string): boolean {
  return EXACT.has(token) || (token.length === 2 && token.endsWith('('));
}

export function sameNumbers(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}

/** How often each token occurs; `f(` counts the applications of f, `"f` the programs that define it. */
function countTokens(tokens: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  const count = (token: string) => counts.set(token, (counts.get(token) ?? 0) + 1);
  tokens.forEach((token, index) => {
    count(token);
    if (token.length === 1 && tokens[index + 1] === '(' && isName(token)) count(`${token}(`);
    if (tokens[index - 1] === 'def') count(`"${token}`);
  });
  return counts;
}

/** Tokens that occur more often in `counts` than in `others`. */
function surplus(counts: ReadonlyMap<string, number>, others: ReadonlyMap<string, number>): string[] {
  const more: string[] = [];
  for (const [token, count] of counts) if (count > (others.get(token) ?? 0)) more.push(token);
  return more;
}

function familyOf(token: string): 'arithmetic' | 'relation' | 'bracket' | 'command' | null {
  if (token.startsWith('\\')) return 'command';
  if ('*/%'.includes(token)) return 'arithmetic';
  if ('()[]{}|'.includes(token)) return 'bracket';
  return RELATIONS.has(token) ? 'relation' : null;
}

const RELATIONS: ReadonlySet<string> = new Set(['=', '->', '=>', '<=>']);

function haveReplaced(more: readonly string[], fewer: readonly string[]): boolean {
  const families = new Set(fewer.map(familyOf));
  return more.some((token) => {
    const family = familyOf(token);
    return family !== null && families.has(family);
  });
}

/** A lone letter, a word with capitals inside, a quoted word. */
function isName(token: string): boolean {
  return /^[a-zA-Z]$|^"|^[a-zA-Z][a-z]*[A-Z]/.test(token);
}

function haveRenamed(more: readonly string[], fewer: readonly string[]): boolean {
  const names = more.filter(isName);
  const others = fewer.filter(isName);
  const isArticle = (token: string) => token === 'a' || token === 'i';
  return names.length > 0 && others.length > 0 && !(names.every(isArticle) && others.every(isArticle));
}

function haveNegated(more: readonly string[], fewer: readonly string[]): boolean {
  const oneWay = (positive: readonly string[], negative: readonly string[]) =>
    negative.some((token) => negatingPrefixes.some((prefix) => token.startsWith(prefix) && positive.includes(token.slice(prefix.length))));
  return oneWay(more, fewer) || oneWay(fewer, more);
}

function haveOpposites(more: readonly string[], fewer: readonly string[]): boolean {
  const [ours, theirs] = [more, fewer].map((tokens) => tokens.flatMap((token) => meaningsOfWord.get(token) ?? []));
  const lacks = (meanings: typeof ours, { line, side }: NonNullable<typeof ours>[number]) =>
    !meanings!.some((other) => other.line === line && other.side === side);
  const isExactlyOneSided = [...ours!.filter((one) => lacks(theirs, one)), ...theirs!.filter((one) => lacks(ours, one))].some(
    ({ isExact }) => isExact,
  );
  return isExactlyOneSided || ours!.some(({ line, side }) => theirs!.some((other) => other.line === line && other.side !== side));
}

/** Both use the words that they exchange: `stems` and `others` count them. */
function haveSwitched(stems: ReadonlyMap<string, number>, others: ReadonlyMap<string, number>): boolean {
  const used = (tokens: readonly string[], counts: ReadonlyMap<string, number>) =>
    tokens.some((token) => isContentWord(token) && counts.has(token));
  return used(surplus(stems, others), others) && used(surplus(others, stems), stems);
}

function isContentWord(token: string): boolean {
  return token.length > 1 && /^[a-z\u0080-\uffff]/.test(token) && !fillers.has(token);
}

/** Singular and plural count as one word. */
function stemOf(token: string): string {
  return token.length > 3 && token.endsWith('s') && !token.endsWith('ss') ? token.slice(0, -1) : token;
}

function stemsOf(counts: ReadonlyMap<string, number>): Map<string, number> {
  const stems = new Map<string, number>();
  for (const [token, count] of counts) {
    const stem = stemOf(token);
    stems.set(stem, (stems.get(stem) ?? 0) + count);
  }
  return stems;
}
