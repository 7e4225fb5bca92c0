/** One character or a whole comment, text or bracket of Python source, as far as brackets and texts must be told apart. */
const TOKEN = /#[^\n]*|("""|''')|(["'])|[()[\]{}]/g;
const PAIRS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/**
 * Why a piece of Python source cannot be whole: a bracket or a text that does not end, or a bracket that closes nothing. Null where both are
 * balanced, which is no proof that it runs.
 */
export function pythonFault(source: string): string | null {
  const open: string[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(source); match !== null; match = TOKEN.exec(source)) {
    const [token, triple, quote] = match;
    const line = () => source.slice(0, match!.index).split('\n').length;
    if (token.startsWith('#')) continue;
    if (triple !== undefined || quote !== undefined) {
      const end = textEnd(source, TOKEN.lastIndex, token);
      if (end === null) return `line ${line()}: a text that does not end`;
      TOKEN.lastIndex = end;
    } else if (token in PAIRS) {
      if (open.pop() !== PAIRS[token]) return `line ${line()}: ${token} closes nothing`;
    } else {
      open.push(token);
    }
  }
  return open.length === 0 ? null : `${open.at(-1)} does not close`;
}

function textEnd(source: string, start: number, quote: string): number | null {
  for (let at = start; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source.startsWith(quote, at)) return at + quote.length;
    else if (source[at] === '\n' && quote.length === 1) return null;
  }
  return null;
}
