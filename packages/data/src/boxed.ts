/** What the last `\boxed{…}` or `\fbox{…}` of a text holds, braces matched; null where there is none or it does not end. */
export function lastBoxed(text: string): string | null {
  const mark = /\\f?box(?:ed)?\s*\{/g;
  let found: string | null = null;
  for (const match of text.matchAll(mark)) {
    const start = match.index + match[0].length;
    const end = closingBrace(text, start);
    if (end !== null) found = text.slice(start, end);
  }
  return found;
}

/** Where the brace closes whose inside begins at `start`; a backslash escapes the character after it. */
function closingBrace(text: string, start: number): number | null {
  let depth = 1;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return at;
  }
  return null;
}
