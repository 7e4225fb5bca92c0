/** Reading an event log that may be damaged, cut off or of another version: for pages and readers that show what there is. */
import { EVENT_VERSION, eventSchema, type RunEvent } from '../events/schema.ts';

export interface ReadableLog {
  /** The events before the damage; all of them where there is none. */
  readonly events: readonly RunEvent[];
  /** Characters of the text that hold them. */
  readonly length: number;
  /** What is wrong with the line after them, in one sentence; null where nothing is. */
  readonly damage: string | null;
  /** Whether the text ends within a line: the run is writing it, or was killed while it did. */
  readonly torn: boolean;
}

function versionOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'v' in value ? value.v : undefined;
}

function parseLine(line: string): RunEvent | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'is damaged: it is no JSON';
  }
  const version = versionOf(value);
  if (version !== EVENT_VERSION && typeof version === 'number') {
    const age = version > EVENT_VERSION ? 'newer' : 'older';
    return `is of version ${version} of the event log, ${age} than version ${EVENT_VERSION}, which this program reads`;
  }
  const parsed = eventSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return `is no event: ${issue?.path.join('.')} ${issue?.message}`;
}

/**
 * Reads the text of an event log, or what was appended to one, up to the first line that is no event of this version.
 *
 * @param linesBefore lines of the log before this text, so that a message names the right one
 */
export function readLog(text: string, linesBefore = 0): ReadableLog {
  const events: RunEvent[] = [];
  let length = 0;
  for (;;) {
    const end = text.indexOf('\n', length);
    if (end < 0) return { events, length, damage: null, torn: length < text.length };
    const event = parseLine(text.slice(length, end));
    if (typeof event === 'string') {
      return { events, length, damage: `Line ${linesBefore + events.length + 1} ${event}. What stands before it is shown.`, torn: false };
    }
    events.push(event);
    length = end + 1;
  }
}
