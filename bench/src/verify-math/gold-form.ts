/** What a gold answer is, read from its text alone, so that the generated pairs do not rest on the verifier under test. */
export type GoldForm =
  | { readonly form: 'integer'; readonly value: bigint }
  | { readonly form: 'decimal'; readonly text: string }
  | { readonly form: 'fraction'; readonly top: bigint; readonly bottom: bigint }
  | { readonly form: 'percent'; readonly value: string }
  | { readonly form: 'degrees'; readonly value: string }
  | { readonly form: 'scalar'; readonly text: string }
  | { readonly form: 'tuple'; readonly items: readonly string[] }
  | { readonly form: 'list'; readonly items: readonly string[] }
  | { readonly form: 'interval'; readonly open: string; readonly close: string; readonly low: string; readonly high: string }
  | { readonly form: 'union'; readonly parts: readonly string[] }
  | { readonly form: 'matrix'; readonly rows: readonly (readonly string[])[] }
  | { readonly form: 'word'; readonly word: string }
  | { readonly form: 'equation'; readonly left: string; readonly right: string }
  | { readonly form: 'other' };

/** Takes layout commands, delimiters and digit separators off, so that the forms below are few. */
export function plainGold(gold: string): string {
  let text = gold.trim();
  const delimited = /^(?:\$([^$]*)\$|\\\((.*)\\\)|\\\[(.*)\\\])$/s.exec(text);
  if (delimited) text = (delimited[1] ?? delimited[2] ?? delimited[3] ?? '').trim();
  return text
    .replace(/\\(?:left|right|displaystyle)(?![a-zA-Z])\s*/g, '')
    .replace(/\\[dt]frac/g, '\\frac')
    .replace(/(\d)(?:,\\!|\{,\}|\\,)(?=\d{3})/g, '$1')
    .replace(/\\[!;:,]/g, ' ')
    .replace(/\.$/, '')
    .trim();
}

export function goldForm(gold: string): GoldForm {
  const text = plainGold(gold);
  if (/^-?\d{1,3}(,\d{3})+$/.test(text)) return { form: 'integer', value: BigInt(text.replaceAll(',', '')) };
  if (/^-?\d+$/.test(text)) return { form: 'integer', value: BigInt(text) };
  if (/^-?\d*\.\d+$/.test(text)) return { form: 'decimal', text };
  const fraction = /^(-?)\\frac\s*(?:\{\s*(-?\d+)\s*\}|(\d))\s*(?:\{\s*(\d+)\s*\}|(\d))$/.exec(text) ?? /^(-?)(\d+)()\/(\d+)()$/.exec(text);
  if (fraction) {
    const bottom = BigInt(fraction[4] || fraction[5]!);
    if (bottom > 1n) return { form: 'fraction', top: BigInt(`${fraction[1]}1`) * BigInt(fraction[2] || fraction[3]!), bottom };
  }
  const percent = /^(\d+(?:\.\d+)?)\s*\\%$/.exec(text);
  if (percent) return { form: 'percent', value: percent[1]! };
  const degrees = /^(\d+(?:\.\d+)?)\s*\^\s*\{?\\circ\}?$/.exec(text);
  if (degrees) return { form: 'degrees', value: degrees[1]! };
  const word = /^\\(?:text|mathrm|textbf)\s*\{\s*\(?([A-Za-z]+)\)?\s*\}$/.exec(text);
  if (word) return { form: 'word', word: word[1]! };
  const matrix = /^\\begin\{pmatrix\}(.*)\\end\{pmatrix\}$/s.exec(text);
  if (matrix)
    return {
      form: 'matrix',
      rows: matrix[1]!
        .split('\\\\')
        .filter((row) => row.trim())
        .map((row) => row.split('&').map((cell) => cell.trim())),
    };
  return groupedForm(text);
}

function groupedForm(text: string): GoldForm {
  if (
    /\\text|\\math|\\begin|[_:<>]|\\le|\\ge|\\ne|\\in(?![a-z])|\\pm|\\div|\\approx|\\\$|\\%|\\circ|!|\\sum|\\\{|\\mbox|\\or|\|/.test(text)
  )
    return { form: 'other' };
  if (text === '' || unbalanced(text)) return { form: 'other' };
  if (text.includes('\\cup')) return { form: 'union', parts: text.split('\\cup').map((part) => part.trim()) };
  const items = splitTop(text);
  if (items.length > 1) return items.some((item) => item === '' || item.includes('=')) ? { form: 'other' } : { form: 'list', items };
  const bracketed = /^([([])(.*)([)\]])$/s.exec(text);
  if (bracketed) {
    const inner = splitTop(bracketed[2]!);
    if (inner.length === 2 && (/\\infty/.test(text) || bracketed[1] === '[' || bracketed[3] === ']')) {
      return { form: 'interval', open: bracketed[1]!, close: bracketed[3]!, low: inner[0]!, high: inner[1]! };
    }
    if (inner.length > 1 && bracketed[1] === '(' && bracketed[3] === ')') return { form: 'tuple', items: inner };
  }
  const sides = text.split('=');
  if (sides.length === 2) return { form: 'equation', left: sides[0]!.trim(), right: sides[1]!.trim() };
  if (sides.length > 2 || /[[\]]/.test(text.replace(/\\sqrt\s*\[\d\]/g, '')) || /\\infty/.test(text)) return { form: 'other' };
  if (/^[A-Z]$/.test(text)) return { form: 'word', word: text };
  return { form: 'scalar', text };
}

function unbalanced(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if (character === '{') depth++;
    if (character === '}' && --depth < 0) return true;
  }
  return depth !== 0;
}

/** Splits at commas outside brackets and braces. */
function splitTop(text: string): string[] {
  const items: string[] = [];
  let depth = 0;
  let current = '';
  for (const character of text) {
    if ('([{'.includes(character)) depth++;
    if (')]}'.includes(character)) depth--;
    if (character === ',' && depth === 0) {
      items.push(current.trim());
      current = '';
    } else current += character;
  }
  items.push(current.trim());
  return items;
}
