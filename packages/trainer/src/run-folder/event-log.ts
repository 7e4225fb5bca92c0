import { AppendFile, fileSize, readText, writeFileAside } from '#files';
import { EVENT_VERSION, type EventBody, eventSchema, type RunEvent } from '../events/schema.ts';

/** What was found in an events file: whole events, and what stands after the last one (a line torn by a kill). */
export interface ParsedLog {
  readonly events: readonly RunEvent[];
  readonly lines: readonly string[];
  readonly torn: string;
}

/**
 * Parses the text of `events.jsonl`.
 *
 * @throws Error naming the line when a whole line is no event of this version.
 */
export function parseEvents(text: string, path: string): ParsedLog {
  const lines = text.split('\n');
  const torn = lines.pop()!;
  const events = lines.map((line, index) => {
    try {
      return eventSchema.parse(JSON.parse(line));
    } catch (error) {
      throw new Error(`${path}:${index + 1}: no event of version ${EVENT_VERSION}: ${(error as Error).message.replaceAll(/\s+/g, ' ')}`, {
        cause: error,
      });
    }
  });
  return { events, lines, torn };
}

/** The events of a run folder, finished or running; a line being written is left out. */
export async function readEvents(runFolder: string): Promise<readonly RunEvent[]> {
  const path = `${runFolder}/events.jsonl`;
  return parseEvents(await readText(path), path).events;
}

/** The append-only event log of a run. */
export class EventLog {
  readonly #file: AppendFile;
  readonly #events: RunEvent[];
  readonly #session: number;
  readonly #startedMs: number;

  private constructor(file: AppendFile, events: RunEvent[], session: number, startedMs: number) {
    this.#file = file;
    this.#events = events;
    this.#session = session;
    this.#startedMs = startedMs;
  }

  /** Opens `events.jsonl` of a run folder; there may be none yet. `startedMs` is the `performance.now()` at which the session began. */
  static async open(runFolder: string, startedMs: number = performance.now()): Promise<EventLog> {
    const path = `${runFolder}/events.jsonl`;
    const text = (await fileSize(path)) === null ? '' : await readText(path);
    const voided = await readVoidSessions(runFolder);
    const { events } = parseEvents(text, path);
    const session = 1 + Math.max(voided, ...events.map((event) => event.clock.session), 0);
    return new EventLog(await AppendFile.open(path), [...events], session, startedMs);
  }

  get events(): readonly RunEvent[] {
    return this.#events;
  }

  get session(): number {
    return this.#session;
  }

  /** Appends one event; a value that the schema refuses (such as NaN) is an error here, not a hole in the log. */
  async append(body: EventBody): Promise<RunEvent> {
    const parsed = eventSchema.safeParse({
      v: EVENT_VERSION,
      ...body,
      clock: { time_ms: Date.now(), session: this.#session, elapsed_ms: Math.round(performance.now() - this.#startedMs), ...body.clock },
    });
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new Error(`the event ${body.event} cannot be logged: ${issue?.path.join('.')}: ${issue?.message}`, { cause: parsed.error });
    }
    const event = parsed.data;
    await this.#file.append(`${JSON.stringify(event)}\n`);
    this.#events.push(event);
    return event;
  }

  async sync(): Promise<void> {
    await this.#file.sync();
  }

  async close(): Promise<void> {
    await this.#file.sync();
    await this.#file.close();
  }
}

async function readVoidSessions(runFolder: string): Promise<number> {
  const path = `${runFolder}/void.jsonl`;
  if ((await fileSize(path)) === null) return 0;
  const sessions = (await readText(path)).matchAll(/"session":(\d+)/g);
  return Math.max(0, ...[...sessions].map((match) => Number(match[1])));
}

/**
 * Keeps the first `keep` events of a run and moves all others, a torn line included, to `void.jsonl`, so that readers see one history.
 * The void file grows first: a kill in between leaves an event in both, never in neither.
 *
 * @returns the number of events that were set aside
 */
export async function voidEventsAfter(runFolder: string, keep: number): Promise<number> {
  const path = `${runFolder}/events.jsonl`;
  if ((await fileSize(path)) === null) return 0;
  const { lines, torn } = parseEvents(await readText(path), path);
  if (lines.length < keep) {
    throw new Error(
      `${path}: holds ${lines.length} events, its checkpoint was written after ${keep}; the file was cut, so this run cannot be resumed`,
    );
  }
  const setAside = [...lines.slice(keep), ...(torn === '' ? [] : [torn])];
  if (setAside.length === 0) return 0;
  const file = await AppendFile.open(`${runFolder}/void.jsonl`);
  try {
    await file.append(setAside.map((line) => `${line}\n`).join(''));
    await file.sync();
  } finally {
    await file.close();
  }
  await writeFileAside(
    path,
    lines
      .slice(0, keep)
      .map((line) => `${line}\n`)
      .join(''),
  );
  return setAside.length;
}
