/** Compares what a program printed with what it should have. */

/**
 * - `lines` (default, report d.2): both sides trimmed and cut into trimmed lines; as many lines on both; a line agrees if it is equal, or
 *   if all words of both are decimal numbers of equal value.
 * - `exact`: equal texts but for white space at the end.
 * - `tolerance`: like `lines`, but words that are numbers on both sides may differ by `absolute` or by `relative` times the expected one.
 */
export type OutputComparison =
  | { readonly mode: 'lines' }
  | { readonly mode: 'exact' }
  | { readonly mode: 'tolerance'; readonly absolute: number; readonly relative: number };

/** Null where the outputs agree, else the first difference in words. */
export function firstDifference(output: string, expected: string, comparison: OutputComparison): string | null {
  if (comparison.mode === 'exact') {
    if (output.trimEnd() === expected.trimEnd()) return null;
    return linesDiffer(output.trimEnd().split('\n'), expected.trimEnd().split('\n'), (a, b) => a === b);
  }
  const agree =
    comparison.mode === 'lines' ? sameLine : (a: string, b: string) => closeLine(a, b, comparison.absolute, comparison.relative);
  return linesDiffer(cut(output), cut(expected), agree);
}

function cut(text: string): string[] {
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim());
}

function linesDiffer(output: readonly string[], expected: readonly string[], agree: (a: string, b: string) => boolean): string | null {
  const at = expected.findIndex((line, index) => output[index] === undefined || !agree(output[index], line));
  if (at >= 0) {
    const got = output[at] === undefined ? 'nothing' : quote(output[at]);
    return `line ${at + 1}: expected ${quote(expected[at]!)}, got ${got}`;
  }
  return output.length === expected.length ? null : `expected ${expected.length} lines, got ${output.length}`;
}

function quote(line: string): string {
  return JSON.stringify(line.length > 200 ? `${line.slice(0, 200)}...` : line);
}

function words(line: string): string[] {
  return line.split(/\s+/).filter(Boolean);
}

function sameLine(output: string, expected: string): boolean {
  if (output === expected) return true;
  const [left, right] = [words(output), words(expected)];
  return left.length === right.length && left.every((word, index) => sameDecimal(word, right[index]!));
}

function closeLine(output: string, expected: string, absolute: number, relative: number): boolean {
  const [left, right] = [words(output), words(expected)];
  return (
    left.length === right.length &&
    left.every((word, index) => {
      const other = right[index]!;
      if (word === other || sameDecimal(word, other)) return true;
      if (!DECIMAL.test(word) || !DECIMAL.test(other)) return false;
      const [value, target] = [Number(word), Number(other)];
      return Math.abs(value - target) <= Math.max(absolute, relative * Math.abs(target));
    })
  );
}

const DECIMAL = /^([+-]?)(\d+\.?\d*|\.\d+)(?:e([+-]?\d{1,6}))?$/i;

/** Whether two words are decimal numbers of exactly the same value, however many digits they have. */
function sameDecimal(left: string, right: string): boolean {
  const [a, b] = [normalDecimal(left), normalDecimal(right)];
  return a !== null && a === b;
}

/** Sign, digits without leading and trailing zeros, and the exponent of the last digit. */
function normalDecimal(word: string): string | null {
  const match = DECIMAL.exec(word);
  if (!match) return null;
  const [whole = '', fraction = ''] = match[2]!.split('.');
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const exponent = Number(match[3] ?? 0) - fraction.length + digits.length - significant.length;
  return `${match[1] === '-' ? '-' : ''}${significant}e${exponent}`;
}
