import { unicodeToLatex } from './unicode.ts';

/** Environments in which a doubled backslash ends a row and must not be taken for a doubled command. */
const ROW_ENVIRONMENT = /begin\s?\{(?:[a-zA-Z]*matrix|array|cases|aligned?|align\*|gathered|split)\}/;

/**
 * Escapes that a program lost: a form feed and "rac" is what remains of "\\frac" when its backslash was read as part of a control
 * character. Each control character stands for a backslash and a letter, in front of the rests of commands that begin so.
 */
const LOST_ESCAPES: readonly (readonly [string, string, readonly string[]])[] = [
  ['\f', '\\f', ['rac', 'box']],
  ['\t', '\\t', ['ext', 'imes', 'frac', 'heta']],
  ['\b', '\\b', ['oxed', 'egin', 'eta', 'inom', 'mod']],
  ['\r', '\\r', ['ight', 'angle', 'floor', 'ceil']],
  ['\v', '\\v', ['ec', 'ert']],
];

function restoreLostEscapes(text: string): string {
  let restored = text;
  for (const [control, command, rests] of LOST_ESCAPES) {
    if (!restored.includes(control)) continue;
    for (const rest of rests)
      restored = restored.replaceAll(`\\${control}${rest}`, command + rest).replaceAll(control + rest, command + rest);
  }
  return restored;
}

/**
 * Source-level clean-up before tokens are read: Unicode, lost and doubled escapes, white space and digit group separators. Everything
 * that depends on structure is left to the parser. Linear in the length of the text.
 */
export function cleanSource(source: string): string {
  let text = restoreLostEscapes(unicodeToLatex(source));
  text = text.replace(/\s+/g, ' ').trim();
  text = text.replace(/([\d} ]) ?([ap])(?:\. ?m\.?|m\.)(?![a-zA-Z])/gi, '$1\\text{$2m}').replace(/(\d) ?[xX] ?(?=10 ?\^)/g, '$1\\times ');
  text = halveDoubledBackslashes(text);
  return joinDigitGroups(text);
}

/** `\\frac` means `\frac` where rows cannot end; a text that doubles even `\begin` doubles everything. */
function halveDoubledBackslashes(text: string): string {
  if (!text.includes('\\\\')) return text;
  if (text.includes('\\\\begin')) return text.replaceAll('\\\\', '\\');
  if (ROW_ENVIRONMENT.test(text)) return text;
  return text.replace(/\\\\(?=[a-zA-Z{}%$!,;:|[\]()])/g, '\\');
}

/** Joins digits that are grouped by a spaced or braced separator: `14{,}916`, `5,\!040`, `1\,000`, `12 {, }345`, and `1 234 567` alone. */
function joinDigitGroups(text: string): string {
  if (/^-?\d{1,3}(?: \d{3})+(?:\.\d+)?$/.test(text)) return text.replaceAll(' ', '');
  if (!text.includes('\\') && !text.includes('{')) return text;
  return text
    .replace(/(\d) ?\{ ?, ?\} ?(?=\d)/g, '$1')
    .replace(/(\d) ?(?:, ?\\!|\\!,|\\,|\\!|\\;|\\:|\\ |~) ?(?=\d{3}(?!\d))/g, '$1')
    .replace(/(\d) ?\\! ?(?=\.\d)/g, '$1');
}

/** Letters and digits of a text in lower case, for comparing words: `\text{(C)}`, `C.` and `c` are the same. */
export function lettersOf(source: string): string {
  return source
    .replace(
      /\\(?:text|mathrm|mathbf|mathit|textbf|textit|textrm|textnormal|mbox|boxed|fbox|operatorname|rm|bf|it|quad|left|right)(?![a-zA-Z])/g,
      ' ',
    )
    .replace(/[^\p{L}\p{N}+\-=<>]/gu, '')
    .toLowerCase();
}
