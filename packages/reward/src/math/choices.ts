/** A multiple-choice label in front of the option's own answer: `\textbf{(A)}\ 5`, `(B) 12`. */
export interface Choice {
  readonly letter: string;
  readonly answer: string;
}

const LABEL =
  /^\s{0,4}(?:\\(?:text(?:bf|rm|it)?|math(?:bf|rm)|mbox)\s?\{\s{0,2}\(([A-J])\)\s{0,2}:?\s{0,2}\}|\(([A-J])\))[\s.:~\\]{0,6}(.+)$/s;

/** Splits a labelled option; null where there is no label with an answer behind it. */
export function splitChoice(text: string): Choice | null {
  const match = LABEL.exec(text);
  if (match === null) return null;
  const answer = match[3]!.replace(/^(?:quad|qquad|[ ,;])\s?/, '').trim();
  return answer === '' || /^[.}$\s]*$/.test(answer) ? null : { letter: (match[1] ?? match[2])!, answer };
}
