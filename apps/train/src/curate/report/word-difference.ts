/** A run of text that both sides share, or that only this side has. */
export interface Piece {
  readonly text: string;
  readonly isShared: boolean;
}

/** Words beyond this are not compared: the table of a comparison grows with the square. */
const MOST_WORDS = 600;

/** Two texts, word by word, each cut into what the other has too and what it alone has (longest common subsequence). */
export function wordDifference(left: string, right: string): readonly [readonly Piece[], readonly Piece[]] {
  const [a, b] = [words(left), words(right)];
  const width = b.length + 1;
  const longest = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i * width + j] =
        a[i] === b[j] ? longest[(i + 1) * width + j + 1]! + 1 : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
    }
  }
  const inBoth: [Set<number>, Set<number>] = [new Set(), new Set()];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      inBoth[0].add(i++);
      inBoth[1].add(j++);
    } else if (longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!) i++;
    else j++;
  }
  return [pieces(a, inBoth[0], rest(left, a)), pieces(b, inBoth[1], rest(right, b))];
}

/** Words with the space after them, so that together they are the text. */
const words = (text: string): string[] => (text.match(/\s*\S+/g) ?? []).slice(0, MOST_WORDS);
const rest = (text: string, shown: readonly string[]): string => text.slice(shown.reduce((sum, word) => sum + word.length, 0));

function pieces(list: readonly string[], shared: ReadonlySet<number>, tail: string): Piece[] {
  const found: Piece[] = [];
  list.forEach((word, index) => {
    const isShared = shared.has(index);
    const last = found.at(-1);
    if (last?.isShared === isShared) found[found.length - 1] = { text: last.text + word, isShared };
    else found.push({ text: word, isShared });
  });
  if (tail !== '') found.push({ text: tail, isShared: true });
  return found;
}
