import type { Candidate } from './candidate.ts';

const COMMANDS = ['\\boxed', '\\fbox'];
/** Two boxes with less text between them than this are one answer. */
const NEAR = 10;
/** Two boxes within this distance are one answer when a separator stands between them. */
const JOINED = 70;
const SEPARATOR = /and|or|,|;|和|或/;
/** Boxes beyond this many, counted from the end, are not looked at. */
const MOST_BOXES = 64;

/** Characters in which a box must close. */
const LONGEST = 6_000;

interface Box {
  readonly start: number;
  readonly end: number;
  readonly content: string;
}

/** The last box of the text with its neighbours, as one candidate; null where there is no box. */
export function lastBoxes(text: string): Candidate | null {
  const boxes = findBoxes(text);
  let index = boxes.length - 1;
  const last = boxes[index];
  if (last === undefined) return null;
  const group = [last];
  while (index > 0) {
    const [before, after] = [boxes[index - 1]!, boxes[index]!];
    const between = text.slice(before.end, after.start);
    const isNear = between.length < NEAR && !/\n\s*\n/.test(between);
    const isJoined = between.length < JOINED && SEPARATOR.test(between) && before.content !== after.content;
    if (!isNear && !isJoined) break;
    group.unshift(before);
    index--;
  }
  const parts = [...new Set(group.map((box) => box.content.trim()))];
  return { source: 'boxed', start: group[0]!.start, end: last.end, parts: parts.map((part) => part + percentBehind(text, last.end)) };
}

/** A percent sign directly behind the box belongs to the answer. */
const percentBehind = (text: string, end: number): string =>
  /^\s{0,3}(?:\$\s{0,3})?(?:\\?%|percent)/.test(text.slice(end, end + 20)) ? '\\%' : '';

/** Boxes from left to right, outermost only. A box that is never closed reaches to the end of its line. */
function findBoxes(text: string): readonly Box[] {
  const starts: number[] = [];
  for (const command of COMMANDS) {
    for (
      let at = text.lastIndexOf(command);
      at >= 0 && starts.length < 2 * MOST_BOXES;
      at = at === 0 ? -1 : text.lastIndexOf(command, at - 1)
    )
      starts.push(at);
  }
  starts.sort((a, b) => a - b);
  const boxes: Box[] = [];
  for (const start of starts.slice(-MOST_BOXES)) {
    if (start < (boxes.at(-1)?.end ?? 0)) continue;
    const box = readBox(text, start);
    if (box !== null) boxes.push(box);
  }
  return boxes;
}

function readBox(text: string, start: number): Box | null {
  let position = start + (text.startsWith('\\boxed', start) ? 6 : 5);
  if (/[a-zA-Z]/.test(text[position] ?? '')) return null;
  while (text[position] === ' ') position++;
  if (text[position] !== '{') {
    const bare = /^(?:-?\d+(?:\.\d+)?|[A-Za-z])/.exec(text.slice(position, position + 40));
    return bare === null ? null : { start, end: position + bare[0].length, content: bare[0] };
  }
  let depth = 0;
  const limit = Math.min(text.length, position + LONGEST);
  for (let end = position; end < limit; end++) {
    const character = text[end];
    if (character === '\\') end++;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return { start, end: end + 1, content: text.slice(position + 1, end) };
  }
  const rest = text.slice(position + 1, position + 1 + 400);
  const cut = rest.search(/\n|\$|\\\]|\\\)/);
  const content = cut < 0 ? rest : rest.slice(0, cut);
  return { start, end: position + 1 + content.length, content };
}
