/**
 * What a programming problem asks, without what goes with it: fenced code, doctests, examples, constraints and formats of input and output. Collections
 * give the same task with other examples or none, so only the statement and the name of the function to write tell whether two are the same. The
 * whole text where hardly anything would be left.
 */
export function codeStatement(text: string): string {
  const lines = text.replace(/```[\s\S]*?(?:```|$)/g, '\n').split('\n');
  const kept: string[] = [];
  let isInSection = false;
  let isBehindPrompt = false;
  for (const line of lines) {
    if (SECTION.test(line)) isInSection = true;
    else if (STATEMENT.test(line)) isInSection = false;
    const isPrompt = /^\s*>>>/.test(line);
    if (!isInSection && !isPrompt && !isBehindPrompt && !PROGRAM.test(line)) kept.push(line);
    isBehindPrompt = isPrompt;
  }
  const statement = kept.join('\n').trim();
  if (statement.split(/\s+/).length < LEAST_WORDS) return text;
  // Sequels of a task differ in little but the name of the function to write.
  const entry = [...text.matchAll(ENTRY)].at(-1)?.[1];
  return entry === undefined ? statement : `${statement}\ndef ${entry}`;
}

/** Fewer words do not tell one task from another. */
const LEAST_WORDS = 14;
/** A line that opens a part which is no statement; it goes on until a line that opens one which is. */
const SECTION =
  /^[\s#*_-]*(?:examples?|sample (?:input|output|test)s?|inputs?|outputs?|input format|output format|constraints?|explanations?|notes?|follow[- ]up)(?: \d+)?[\s*_-]*(?::|$)/i;
const STATEMENT = /^[\s#*_-]*(?:task|problem(?: statement| description)?|description|statement|your task)[\s*_-]*(?::|$)/i;
const ENTRY = /\bdef (?!__)(\w{1,80})\s*\(/g;
const PROGRAM = /^\s*(?:def |class |from \w+ import |import \w|@|"""\s*$|'''\s*$)/;
