/** Words that decide what a problem asks, and words that do not. Data only; canonical forms, so lower case. */

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

/**
 * Lines of opposites: `/` separates the meanings of a line, spaces the words of a meaning. Where a line ends in `! exact`, one such word more or
 * less makes another problem too: `find the least integer above x` is not `find x`.
 */
const opposites = `
  maximum max maximal largest greatest biggest highest latest longest / minimum min minimal smallest least lowest earliest shortest ! exact
  sum / difference / product / quotient ratio / average mean / median / mode / remainder / range ! exact
  exactly / least / most ! exact
  most / fewest / least
  even / odd
  positive / negative / nonnegative / nonpositive
  increasing increase increases increased rises / decreasing decrease decreases decreased falls
  ascending / descending
  more / less fewer
  same / different distinct
  area / perimeter circumference / volume / length / width / height / radius / diameter / hypotenuse / angle / center / slope / intercept / vertex
  triangle / square / rectangle / pentagon / hexagon / heptagon / octagon / nonagon / decagon / circle / parallelogram / rhombus / trapezoid
  sphere / cube / cylinder / cone / pyramid / prism / tetrahedron / octahedron
  row rows / column columns
  left / right
  preorder / inorder / postorder / level
  first / second / third / fourth / fifth / sixth / seventh / eighth / ninth / tenth / last
  half / third thirds / quarter quarters / fifth fifths / tenth tenths
  twice double doubled / thrice triple tripled / quadruple
  before / after
  above / below
  inside inscribed / outside circumscribed
  true / false
  rational / irrational
  real / complex / imaginary / integer integers
  union / intersection
  horizontal / vertical
  clockwise / counterclockwise
  numerator / denominator
  domain / range
  profit / loss
  win wins won / lose loses lost
  monday / tuesday / wednesday / thursday / friday / saturday / sunday
  january / february / march / april / may / june / july / august / september / october / november / december
  minute minutes / hour hours / day days / week weeks / month months / year years
  penny pennies / nickel nickels / dime dimes
  red / blue / green / yellow / white / black / orange / purple / brown
  ace aces / king kings / queen queens / jack jacks / spade spades \\spadesuit / heart hearts \\heartsuit / club clubs \\clubsuit / diamond diamonds \\diamondsuit
  sin / cos / tan / cot / sec / csc / arcsin / arccos / arctan ! exact
  log / ln / exp
  gcd gcf gcm / lcm
  divisor divisors factor factors / multiple multiples
  prime primes / composite`;

export interface Meaning {
  readonly line: number;
  readonly side: number;
  readonly isExact: boolean;
}

/** The meanings that a word may have: its line of opposites and its place there. */
export const meaningsOfWord: ReadonlyMap<string, readonly Meaning[]> = (() => {
  const meanings = new Map<string, Meaning[]>();
  opposites
    .trim()
    .split('\n')
    .forEach((text, line) => {
      const [sides = '', mark] = text.split('!');
      const isExact = mark !== undefined;
      sides.split('/').forEach((side, place) => {
        for (const word of words(side)) meanings.set(word, [...(meanings.get(word) ?? []), { line, side: place, isExact }]);
      });
    });
  return meanings;
})();

/** Words that turn a condition round or narrow it; one more or less of them makes another problem. */
export const conditions: ReadonlySet<string> = new Set(
  words(
    `not no never non without except neither nor cannot cant isnt arent doesnt dont didnt wont wasnt werent consecutive adjacent replacement`,
  ),
);

/** What makes the opposite of a word in front of it. */
export const negatingPrefixes: readonly string[] = ['in', 'un', 'non', 'ir', 'im', 'dis'];

/** Words that a rewording may use more or less often without saying anything else. */
export const fillers: ReadonlySet<string> = new Set(
  words(`a an the of and to in is are be been being was were that this these those it its for with on as by at from or into than then there here
  he she they them his her their him we us our you your i my me one ones
  how many much what which who whom whose when where why if whether each every any all both some other another such same only also just so
  has have had having do does did can could will would shall should must may might let lets given suppose assume consider
  find determine compute calculate evaluate get give gives make makes made take takes took use used using
  number value values answer question problem following expression please now out up off over per about`),
);
