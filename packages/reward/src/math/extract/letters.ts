import type { Candidate } from './candidate.ts';

const LETTER = /(^|[\s（(:：>"“是为选])(?:\*\*|\()?([A-Z])(?:\*\*|\))?(?=[.,:;)\s。，"”*]|$)/g;

/** Capital letters that stand alone, as multiple-choice answers do. Only `letters` count. */
export function findLetters(text: string, letters: string): readonly Candidate[] {
  const found: Candidate[] = [];
  for (const match of text.matchAll(LETTER)) {
    const letter = match[2]!;
    if (!letters.includes(letter)) continue;
    const start = match.index + match[1]!.length;
    // "A" and "I" in front of a word are an article and a pronoun.
    const rest = text.slice(match.index + match[0].length, match.index + match[0].length + 3);
    if ((letter === 'A' || letter === 'I') && /^ [a-z]/.test(rest)) continue;
    found.push({ source: 'letter', start, end: match.index + match[0].length, parts: [letter] });
  }
  return found;
}
