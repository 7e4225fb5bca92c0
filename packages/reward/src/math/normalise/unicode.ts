/**
 * Mathematical Unicode as LaTeX. Only characters with one mathematical meaning are mapped; look-alikes of other scripts (Cyrillic,
 * Greek capitals that resemble Latin ones, Arabic digits) are left alone, so that they never equal the Latin letter or digit.
 */
const REPLACEMENTS: Readonly<Record<string, string>> = {
  '×': '\\times ',
  '✕': '\\times ',
  '÷': '\\div ',
  '·': '\\cdot ',
  '⋅': '\\cdot ',
  '∙': '\\cdot ',
  '•': '\\cdot ',
  '−': '-',
  '–': '-',
  '—': '-',
  '‑': '-',
  '⁄': '/',
  '∕': '/',
  '≤': '\\le ',
  '⩽': '\\le ',
  '≥': '\\ge ',
  '⩾': '\\ge ',
  '≠': '\\ne ',
  '≈': '\\approx ',
  '≡': '\\equiv ',
  '±': '\\pm ',
  '∓': '\\mp ',
  '∞': '\\infty ',
  '√': '\\sqrt ',
  π: '\\pi ',
  θ: '\\theta ',
  α: '\\alpha ',
  β: '\\beta ',
  γ: '\\gamma ',
  λ: '\\lambda ',
  μ: '\\mu ',
  φ: '\\phi ',
  ω: '\\omega ',
  '∪': '\\cup ',
  '∩': '\\cap ',
  '∈': '\\in ',
  '∉': '\\notin ',
  '∅': '\\emptyset ',
  ℝ: '\\mathbb{R}',
  ℤ: '\\mathbb{Z}',
  ℕ: '\\mathbb{N}',
  ℚ: '\\mathbb{Q}',
  '∖': '\\setminus ',
  '°': '^{\\circ}',
  '∘': '\\circ ',
  '′': "'",
  '’': "'",
  '⌊': '\\lfloor ',
  '⌋': '\\rfloor ',
  '⌈': '\\lceil ',
  '⌉': '\\rceil ',
  '½': '\\frac{1}{2}',
  '⅓': '\\frac{1}{3}',
  '⅔': '\\frac{2}{3}',
  '¼': '\\frac{1}{4}',
  '¾': '\\frac{3}{4}',
  '⅕': '\\frac{1}{5}',
  '⅛': '\\frac{1}{8}',
  '⟨': '\\langle ',
  '⟩': '\\rangle ',
  '∶': ':',
  '、': ',',
  '，': ',',
  '；': ';',
  '。': '.',
  '％': '\\%',
  '＄': '\\$',
  '€': '\\$',
  '£': '\\$',
  '¥': '\\$',
  '￥': '\\$',
  '₹': '\\$',
  '→': '\\to ',
  '…': '\\ldots ',
};

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const SUBSCRIPTS = '₀₁₂₃₄₅₆₇₈₉';
/** Superscript minus, so that ⁻¹ becomes ^{-1}. */
const SUPERSCRIPT_MINUS = '⁻';
const ASCII_ONLY = /^[\t\n\f\r -~]*$/;

/** Rewrites mathematical Unicode characters as LaTeX; text in ASCII is returned as it is. */
export function unicodeToLatex(text: string): string {
  if (ASCII_ONLY.test(text)) return text;
  let result = '';
  let script = '';
  const closeScript = () => {
    if (script !== '') result += '}';
    script = '';
  };
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const isRaised = SUPERSCRIPTS.includes(character) || character === SUPERSCRIPT_MINUS;
    if (isRaised || SUBSCRIPTS.includes(character)) {
      const opener = isRaised ? '^{' : '_{';
      if (script !== opener) {
        closeScript();
        result += opener;
        script = opener;
      }
      result += character === SUPERSCRIPT_MINUS ? '-' : String((isRaised ? SUPERSCRIPTS : SUBSCRIPTS).indexOf(character));
      continue;
    }
    closeScript();
    const replacement = REPLACEMENTS[character];
    if (replacement !== undefined) result += replacement;
    // Full-width ASCII is how Chinese input methods type digits and brackets.
    else if (code >= 0xff01 && code <= 0xff5e) result += String.fromCharCode(code - 0xfee0);
    else if (code === 0x3000 || code === 0xa0 || (code >= 0x2000 && code <= 0x200d) || code === 0x202f || code === 0xfeff) result += ' ';
    else result += character;
  }
  closeScript();
  return result;
}
