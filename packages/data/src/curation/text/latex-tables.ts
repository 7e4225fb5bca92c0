/** What the canonical form of a problem does with LaTeX commands, Unicode signs and words. Data only. */

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

/** Commands that change how a formula looks and not what it says. */
const styling = words(`
  left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr middle displaystyle textstyle scriptstyle limits nolimits
  quad qquad hspace vspace hfill noindent newline medskip bigskip smallskip phantom mathstrut strut label nonumber notag hline
  text textbf textit textrm textsf texttt textnormal mathrm mathbf mathit mathsf mathbb mathcal mathfrak mathscr boldsymbol bm rm bf it
  operatorname emph mbox hbox boxed fbox underline displaylimits ensuremath mathop mathbin mathrel thinspace
  ldots dots cdots dotsc dotsb ddots vdots prime`);

/** Commands and the token that stands for all spellings of the same thing. */
const spellings: Readonly<Record<string, string>> = {
  '*': 'cdot times ast star bullet',
  '/': 'div slash over',
  '<=': 'le leq leqslant leqq',
  '>=': 'ge geq geqslant geqq',
  '<': 'lt',
  '>': 'gt',
  '!=': 'ne neq',
  '->': 'to rightarrow longrightarrow mapsto',
  '=>': 'implies Rightarrow Longrightarrow',
  '<=>': 'iff Leftrightarrow Longleftrightarrow',
  '|': 'mid vert lvert rvert lVert rVert Vert divides',
  '\\binom': 'binom dbinom tbinom choose',
  '\\sqrt': 'sqrt surd',
  '\\epsilon': 'epsilon varepsilon',
  '\\phi': 'phi varphi',
  '\\theta': 'theta vartheta',
  '\\bar': 'overline bar',
  '\\hat': 'hat widehat',
  '\\vec': 'vec overrightarrow',
  '\\empty': 'emptyset varnothing',
  '\\minus': 'setminus backslash',
  '\\angle': 'angle measuredangle',
  '{': 'lbrace',
  '}': 'rbrace',
  '[': 'lbrack',
  ']': 'rbrack',
  '\\langle': 'langle',
  mod: 'mod bmod pmod',
  degree: 'degree',
  sin: 'sin',
  cos: 'cos',
  tan: 'tan',
  cot: 'cot',
  sec: 'sec',
  csc: 'csc',
  arcsin: 'arcsin',
  arccos: 'arccos',
  arctan: 'arctan',
  log: 'log',
  ln: 'ln',
  exp: 'exp',
  gcd: 'gcd',
  lcm: 'lcm',
  det: 'det',
  lim: 'lim',
  max: 'max',
  min: 'min',
};

/** Token of a command; the empty text where the command says nothing. Commands that are not here stand for themselves. */
export const commandTokens: ReadonlyMap<string, string> = new Map([
  ...styling.map((name) => [name, ''] as const),
  ...Object.entries(spellings).flatMap(([token, names]) => words(names).map((name) => [name, token] as const)),
]);

/** Fractions: a bar between the first and the second argument, as in `1/2`. */
export const fractionCommands: ReadonlySet<string> = new Set(['frac', 'dfrac', 'tfrac', 'cfrac']);

/** Environments that only lay out; the others (`pmatrix`, `vmatrix`, `cases`) keep their name. */
export const layoutEnvironments: ReadonlySet<string> = new Set(
  words(
    'align aligned alignat array equation gather gathered split multline eqnarray center tabular flushleft flushright displaymath math',
  ),
);

const greek: Readonly<Record<string, string>> = {
  α: 'alpha',
  β: 'beta',
  γ: 'gamma',
  δ: 'delta',
  ε: 'epsilon',
  θ: 'theta',
  λ: 'lambda',
  μ: 'mu',
  π: 'pi',
  ρ: 'rho',
  σ: 'sigma',
  τ: 'tau',
  φ: 'phi',
  ω: 'omega',
  Δ: 'Delta',
  Σ: 'Sigma',
  Ω: 'Omega',
};

/** Tokens of signs beyond ASCII; the empty text drops the sign. Read after NFKC. */
export const signTokens: ReadonlyMap<number, string> = new Map(
  [
    ...Object.entries(greek).map(([sign, name]) => [sign, `\\${name}`] as const),
    ...[...'−–—‐‑‒'].map((sign) => [sign, '-'] as const),
    ...[...'×·⋅∙∗⋆'].map((sign) => [sign, '*'] as const),
    ...[...'÷⁄∕'].map((sign) => [sign, '/'] as const),
    ...[...'“”‘’«»„‚…¿¡¶§•\u200b\ufeff$€£¥°'].map((sign) => [sign, sign === '°' ? 'degree' : ''] as const),
    ['≤', '<='],
    ['≥', '>='],
    ['⩽', '<='],
    ['⩾', '>='],
    ['≠', '!='],
    ['≡', '\\equiv'],
    ['≈', '\\approx'],
    ['→', '->'],
    ['⇒', '=>'],
    ['⇔', '<=>'],
    ['∈', '\\in'],
    ['∞', '\\infty'],
    ['√', '\\sqrt'],
    ['∑', '\\sum'],
    ['∏', '\\prod'],
    ['∫', '\\int'],
    ['∠', '\\angle'],
    ['△', '\\triangle'],
    ['⊥', '\\perp'],
    ['∥', '\\parallel'],
    ['∩', '\\cap'],
    ['∪', '\\cup'],
    ['⌊', '\\lfloor'],
    ['⌋', '\\rfloor'],
    ['⌈', '\\lceil'],
    ['⌉', '\\rceil'],
    ['±', '\\pm'],
    ['∣', '|'],
    ['∅', '\\empty'],
  ].map(([sign, token]) => [sign!.codePointAt(0)!, token!] as const),
);

const numberWords = words(
  'zero:0 two:2 three:3 four:4 five:5 six:6 seven:7 eight:8 nine:9 ten:10 eleven:11 twelve:12 thirteen:13 fourteen:14 fifteen:15 ' +
    'sixteen:16 seventeen:17 eighteen:18 nineteen:19 twenty:20 thirty:30 forty:40 fifty:50 sixty:60 seventy:70 eighty:80 ninety:90 ' +
    'hundred:100 thousand:1000 million:1000000',
);

/** What only asks, or only holds a sentence together: `Compute 2 + 2`, `Find the value of 2 + 2` and `What is 2 + 2?` are one problem. */
const emptyWords = words(`
  the an of is are was were be been being please find determine compute calculate evaluate what whats how many number there
  this these those it its do does did has have had will would can could value following then so such that which given let`);

/**
 * Words that stand for another token: numbers that are written out (`one` is more often a pronoun and stays), units of angle, and the empty
 * text for words that say nothing.
 */
export const wordTokens: ReadonlyMap<string, string> = new Map([
  ...numberWords.map((pair) => pair.split(':') as [string, string]),
  ...emptyWords.map((word) => [word, ''] as const),
  ['degrees', 'degree'],
]);
