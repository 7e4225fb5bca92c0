import type { RelationOperator } from './tree.ts';

/** Commands and words that join two sides of a relation. */
export const RELATION_COMMANDS: Readonly<Record<string, RelationOperator>> = {
  le: '<=',
  leq: '<=',
  leqslant: '<=',
  leqq: '<=',
  lt: '<',
  ge: '>=',
  geq: '>=',
  geqslant: '>=',
  geqq: '>=',
  gt: '>',
  ne: '!=',
  neq: '!=',
  eq: '=',
  approx: '~',
  simeq: '~',
  sim: '~',
  cong: '~',
  doteq: '~',
  in: 'in',
  notin: 'notin',
  subset: 'subset',
  subseteq: 'subset',
  mid: 'divides',
  parallel: 'parallel',
  perp: 'perpendicular',
  to: 'maps',
  rightarrow: 'maps',
  mapsto: 'maps',
  implies: 'maps',
  Rightarrow: 'maps',
  Longrightarrow: 'maps',
};

export const RELATION_SYMBOLS: Readonly<Record<string, RelationOperator>> = {
  '=': '=',
  '==': '=',
  ':=': '=',
  '<': '<',
  '>': '>',
  '<=': '<=',
  '=<': '<=',
  '>=': '>=',
  '!=': '!=',
  '~=': '~',
  '->': 'maps',
  '=>': 'maps',
};

/** Functions of one argument, written as a command or, where unmistakable, as a word. */
export const FUNCTIONS = new Set(
  (
    'sin cos tan cot sec csc arcsin arccos arctan arccot arcsec arccsc sinh cosh tanh coth sech csch arsinh arcosh artanh arcsinh arccosh arctanh ' +
    'log ln lg exp gcd lcm max min det dim deg arg Re Im sgn sign tr rank'
  ).split(' '),
);
/** Functions written as plain words in answers without LaTeX. */
export const WORD_FUNCTIONS = new Set(
  'sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh log ln exp gcd lcm max min sqrt'.split(' '),
);

const GREEK = new Set(
  (
    'alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi rho varrho sigma tau upsilon phi varphi chi psi omega ' +
    'Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell hbar aleph angle triangle square Box star ast bigstar clubsuit heartsuit spadesuit diamondsuit Diamond'
  ).split(' '),
);
export const isGreek = (name: string): boolean => GREEK.has(name);

/** Accents and decorations whose argument keeps its name: \vec{a}, \overline{AB}. */
export const DECORATIONS = new Set(
  'vec hat bar tilde dot ddot overline underline overrightarrow overleftarrow widehat widetilde mathring overset underset overbrace underbrace overarc wideparen stackrel'.split(
    ' ',
  ),
);

const STRUCTURE = new Set(
  (
    'frac sqrt binom dbinom tbinom choose over boxed fbox cdot times div pm mp infty pi circ degree cup cap setminus bigcup bigcap emptyset varnothing ' +
    'mathbb sum prod int lim infty lfloor rfloor lceil rceil langle rangle lvert rvert lVert rVert vert Vert lbrace rbrace lbrack rbrack lparen rparen ' +
    'begin end pmod bmod mod equiv ldots cdots dots dotsc dotsb dotsm vdots ddots prime colon neg lnot land lor wedge vee and or backslash dollar cancel ' +
    'color textcolor rlap llap smash underline not nmid therefore because hline cline e imath jmath percent'
  ).split(' '),
);

/** Whether the parser gives the command a meaning. */
export function isKnownCommand(name: string): boolean {
  return (
    STRUCTURE.has(name) ||
    FUNCTIONS.has(name) ||
    GREEK.has(name) ||
    DECORATIONS.has(name) ||
    Object.hasOwn(RELATION_COMMANDS, name) ||
    /^[dtc]frac$/.test(name)
  );
}

/** Commands that are often written without the space that should follow: `\quadx`, `\cdotn`, `\pir`. Longest first. */
const RUN_TOGETHER = ['qquad', 'infty', 'times', 'quad', 'cdot', 'sqrt', 'leq', 'geq', 'neq', 'cup', 'cap', 'div', 'pi', 'pm', 'mp'];

/** The known command that begins a run-together name, or null. */
export function splitRunTogetherCommand(name: string): string | null {
  return RUN_TOGETHER.find((known) => name.startsWith(known)) ?? null;
}
