/** Problems that a text alone does not state, or whose answer a rule cannot check. Rules are kept to what is nearly always right. */

export type FilterReason = 'url' | 'figure' | 'proof' | 'multiple choice' | 'several parts';

export interface FilterRule {
  readonly reason: FilterReason;
  /** What the rule looks for, in words. */
  readonly title: string;
  /** A text that it finds, and one that comes close and stays. */
  readonly drops: string;
  readonly keeps: string;
  /** The words that gave it away, or null. */
  find(text: string): string | null;
}

export interface Filtered {
  readonly reason: FilterReason;
  readonly rule: string;
  /** The words that gave it away, shortened to 120 characters. */
  readonly match: string;
}

const pattern =
  (expression: RegExp) =>
  (text: string): string | null =>
    expression.exec(text)?.[0] ?? null;

const PICTURE = '(?:figures?|diagrams?|pictures?|illustrations?|sketch(?:es)?|photo(?:graph)?s?|drawings?|charts?|screenshots?)';
const PLACE = '(?:below|above|here|at (?:the )?(?:right|left)|(?:to|on) the (?:right|left)|on the next page|overleaf)';
const DRAWN = `(?:${PICTURE}|graphs?|images?|maps?|grids?|boards?|nets?|spinners?|squares?|triangles?|rectangles?|circles?|semicircles?|polygons?|pentagons?|hexagons?|octagons?|quadrilaterals?|trapezoids?|parallelograms?|rhombus(?:es)?|kites?|cubes?|prisms?|pyramids?|cylinders?|cones?|spheres?|solids?|shapes?|regions?|angles?|arcs?|curves?|lines?|number line|parabolas?|dots?|tiles?|patterns?|plots?|logo|sign|path|clock|target)`;

const SHOWN = new RegExp(
  `\\b${DRAWN} (?:(?:is|are|was|were|as|that (?:is|are)) )?shown(?: ${PLACE}|\\s*[.,;]| (?:has|have|is|are|in (?:the|this) ${PICTURE}))`,
  'i',
);
/** A table or a list of equations that is shown is there to read. */
const WRITTEN_OUT = /\\begin\{(?:array|tabular|align|matrix|pmatrix|cases)/;

export const filterRules: readonly FilterRule[] = [
  {
    reason: 'url',
    title: 'an address with its scheme',
    drops: 'See https://example.org/p/12 for the table.',
    keeps: 'The ratio http : ftp requests is 3 : 4.',
    find: pattern(/\b(?:https?|ftp):\/\/[^\s)>\]}]+/i),
  },
  {
    reason: 'url',
    title: 'an address that begins with www or ends in a page',
    drops: 'The rules are on www.example.org.',
    keeps: 'Round 3.com to a digit.',
    find: pattern(/\bwww\.[a-z0-9-]+\.[a-z]{2,}|\b[a-z0-9-]{2,63}\.(?:com|org|net|edu|io)\/[\w./?=&%#-]*/i),
  },
  {
    reason: 'url',
    title: 'a link in LaTeX or HTML',
    drops: 'As in \\href{p12}{this problem}, find x.',
    keeps: 'Let \\Href be a map.',
    find: pattern(/\\(?:url|href)\s*\{[^}]*\}?|<a\s[^>]{0,300}href[^>]{0,300}/),
  },
  {
    reason: 'figure',
    title: 'an image or a drawing program',
    drops: '![](image-3.png) Find the area.',
    keeps: 'Compute 5![3 + 4].',
    find: pattern(
      /!\[[^\]\n]{0,300}\]\([^)\n]{0,500}\)|<img\b|<image\d*>|\\includegraphics\b|\\begin\{(?:tikzpicture|pspicture|picture|asy|figure)\*?\}|\[\/?asy\]|\b[\w-]{1,80}\.(?:png|jpe?g|gif|svg|bmp|webp)\b/i,
    ),
  },
  {
    reason: 'figure',
    title: 'a picture by its number',
    drops: 'In Fig. 2, AB is parallel to CD.',
    keeps: 'A skater draws a figure 8 of length 40.',
    find: pattern(/(?<!\ba )\b(?:figure|fig\.|diagram)\s*~?\s*(?:\d+(?:\.\d+)*|\\ref\b|\([a-d1-9]\))(?![\d-]|\s*(?:and|or)?\s*digits?)/i),
  },
  {
    reason: 'figure',
    title: 'a picture that is somewhere',
    drops: 'The diagram below shows two circles.',
    keeps: 'Draw a diagram and find the number of edges.',
    find: pattern(
      new RegExp(
        `\\b(?:${PICTURE}|graphs?|images?) (?:(?:is|are) )?(?:(?:shown|given|drawn|pictured|depicted|provided) )?${PLACE}|\\b(?:(?:in|on|from|see|consider|using|refer(?:ring)? to|according to|given) (?:the|this|these|that)|the|each|these) (?:(?:given|provided) (?:figure|diagram|picture)|(?:following|accompanying|attached|adjacent|adjoining|above|below|left|right|enclosed) (?:${PICTURE}|graphs?|images?))(?! (?:of|with|theory|has|have|is connected|whose|g\\b))`,
        'i',
      ),
    ),
  },
  {
    reason: 'figure',
    title: 'in the figure, the diagram shows',
    drops: 'In the diagram, the square has side 4.',
    keeps: 'She counts the people in the photo.',
    find: pattern(
      /\b(?:(?:in|from|see|refer to|consider|using) (?:the|this) (?:figure|diagram|picture|illustration|sketch)|on the (?:figure|diagram))(?! (?:of|for)\b)|\bthe (?:figure|diagram|picture|illustration|photo|photograph) (?:shows|represents|depicts|illustrates|consists)\b|\b(?:the )?(?:attached|accompanying|following) (?:image|picture|figure|diagram)\b/i,
    ),
  },
  {
    reason: 'figure',
    title: 'as shown',
    drops: 'A square is divided into triangles, as shown.',
    keeps: 'As shown by Euler, the series converges.',
    find: pattern(
      new RegExp(
        `\\bas (?:shown|pictured|depicted|illustrated|drawn|sketched|indicated)(?:\\s*[,.;:!?]|\\s+(?:${PLACE}|(?:in|on|by) (?:the|this|that|figure|fig\\b|diagram)(?! (?:previous|theorem|lemma|table|example|proof|text|equation|formula|last))))|\\b(?:pictured|depicted|illustrated) (?:${PLACE}|in (?:the|this) (?:figure|diagram|picture))|\\b(?:not )?drawn to scale\\b`,
        'i',
      ),
    ),
  },
  {
    reason: 'figure',
    title: 'something drawn that is shown',
    drops: 'The triangle shown has sides in ratio 2 to 3.',
    keeps: 'The first four terms are shown below: 1, 3, 6, 10.',
    find: (text) => (WRITTEN_OUT.test(text) ? null : (SHOWN.exec(text)?.[0] ?? null)),
  },
  {
    reason: 'proof',
    title: 'asks for a proof and for nothing else',
    drops: 'Let n be odd. Prove that n^2 - 1 is divisible by 8.',
    keeps: 'Prove that x is real and find x.',
    find: findProof,
  },
  {
    reason: 'multiple choice',
    title: 'labelled options A, B, C',
    drops: 'Which is prime? (A) 4 (B) 5 (C) 6 (D) 8',
    keeps: 'Circles (A) and (B) touch; find their distance.',
    find: findOptions,
  },
  {
    reason: 'multiple choice',
    title: 'asks to choose among options',
    drops: 'Which of the following is not a factor of 30?',
    keeps: 'Which prime is the largest factor of 30?',
    find: pattern(
      /\bwhich (?:one )?of the (?:following|options|choices|answers|statements (?:below|above|is|are))\b|\b(?:choose|select|pick|circle|mark) (?:the |one |all )?(?:correct |right |best |true |that )?(?:answers?|options?|choices?|apply)\b|^\s*true or false\s*[?:]|\btrue or false\s*\?/i,
    ),
  },
  {
    reason: 'several parts',
    title: 'parts that each ask something',
    drops: '(a) Find x. (b) Find y.',
    keeps: 'Suppose (a) x > 0 and (b) x < 5. Find x.',
    find: findParts,
  },
];

const LONGEST_MATCH = 120;
const MAY_MATCH =
  /https?:|ftp:|www\.|\.(?:com|org|net|edu|io)\/|\\url|\\href|<a\s|!\[|<im|includegraphics|tikz|pspicture|\{picture|\{asy|\{figure|asy\]|\.(?:png|jpe?g|gif|svg|bmp|webp)|figure|fig\.|diagram|picture|illustrat|sketch|photo|drawing|drawn|chart|screenshot|graph|image|shown|depicted|indicated|prove|show that|demonstrate|justify|verify|disprove|establish|which (?:one )?of the|choose|select|pick|circle|mark|choice|true or false|c\s?[).:}]|(?:ii|2|b)\)|[2b]\./i;

/** The first rule that speaks against a problem, in the order of `filterRules` and among the reasons asked for; null where none does. */
export function filterText(text: string, reasons: readonly FilterReason[]): Filtered | null {
  if (!MAY_MATCH.test(text)) return null;
  const spaced = squeezed(text);
  for (const { reason, title, find } of filterRules) {
    if (!reasons.includes(reason)) continue;
    const match = find(spaced);
    if (match !== null) return { reason, rule: title, match: shortened(match.trim().replace(/\s+/g, ' ')) };
  }
  return null;
}

/** Runs of whitespace cut to two characters, so that no rule can spend its time in them. */
function squeezed(text: string): string {
  return /\s{3}/.test(text) ? text.replace(/\s{3,}/g, (run) => (run.includes('\n') ? '\n\n' : '  ')) : text;
}

function shortened(text: string): string {
  return text.length > LONGEST_MATCH ? `${text.slice(0, LONGEST_MATCH - 1)}…` : text;
}

const PROOF =
  /(?:^|[.!?:;,\n]\s*|\b(?:and|then|to|please|also)\s+)(?:prove|disprove|show that|show, that|demonstrate that|justify|verify that|establish that)\b/i;
const REQUEST =
  /\b(?:find|compute|determine|calculate|evaluate|what|how (?:many|much|long|far|old|big|large)|which|solve for|express|simplify|who)\b/i;

function findProof(text: string): string | null {
  const match = PROOF.exec(text);
  return match !== null && !REQUEST.test(text) ? text.slice(match.index, match.index + LONGEST_MATCH) : null;
}

/** Labels in one style that run A, B, C at least. */
const OPTION_STYLES: readonly (readonly RegExp[])[] = (
  [
    (letter) => `\\\\(?:text(?:bf|rm|it)?|mathrm|mathbf|bf|rm)\\s*\\{?\\s*\\(?\\s*${letter}\\s*[).:]`,
    (letter) => `(?:^|[\\s$~,;.?!:{])\\(\\s*${letter}\\s*\\)(?=[\\s$~\\\\{]|\\S)`,
    (letter) => `(?:^|\\n|\\s{2,}|[?:.]\\s+|\\\\\\\\\\s*)\\s*${letter}\\s*[).:]\\s+\\S`,
    (letter) => `(?:^|[\\s;])${letter}\\)\\s*\\S`,
  ] satisfies readonly ((letter: string) => string)[]
).map((style) => [...'ABC'].map((letter) => new RegExp(style(letter), 'g')));

function findOptions(text: string): string | null {
  for (const labels of OPTION_STYLES) {
    let from = 0;
    let begin = -1;
    const isFound = labels.every((label) => {
      label.lastIndex = from;
      const match = label.exec(text);
      if (match === null) return false;
      if (begin < 0) begin = match.index;
      from = label.lastIndex;
      return true;
    });
    if (isFound) return text.slice(begin, begin + LONGEST_MATCH);
  }
  return null;
}

const PART_LABELS: readonly RegExp[] = [
  /(?:^|[\s.;?!,])\(([a-e])\)(?=\s*\S)/g,
  /(?:^|\n|[.;?!]\s+)([a-e])[).]\s+(?=\S)/g,
  /(?:^|[\s.;?!,])\((i|ii|iii|iv|v)\)(?=\s*\S)/g,
  /(?:^|[\s.;?!,:])\(([1-5])\)(?=\s*[A-Z\\$])/g,
  /(?:^|\n)\s*([1-5])[).]\s+(?=\S)/g,
  /\bpart\s*\(?([a-e])\)?\s*[:.)]/gi,
];
const PART_REQUEST =
  /^(?:(?:if|when|suppose|given|let|for|in|assuming|under|using|with)\b[^.?!]{0,80}[,:]\s*)?(?:\$?\s*)(?:find|compute|determine|calculate|evaluate|what|how|which|solve|prove|show|express|give|write|is|are|does|do|if|when|suppose|simplify|state|sketch|draw|explain|who|list)\b/i;

/** At least two labelled parts that each begin like a question or an order. */
function findParts(text: string): string | null {
  for (const labels of PART_LABELS) {
    const found = [...text.matchAll(labels)];
    if (found.length < 2) continue;
    const isAsking = found.map((match, index) => {
      const part = text.slice(match.index + match[0].length, found[index + 1]?.index ?? text.length).trim();
      return PART_REQUEST.test(part) && (/\?/.test(part) || REQUEST.test(part) || PROOF.test(part));
    });
    const first = isAsking.indexOf(true);
    if (isAsking.filter(Boolean).length >= 2) return text.slice(found[first]!.index, found[first]!.index + LONGEST_MATCH);
  }
  return null;
}
