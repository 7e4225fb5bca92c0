import { DataError } from './data-error.ts';
import type { FileAccess } from './file-access.ts';
import type { Row } from './json-rows.ts';
import { readRows } from './read-rows.ts';
import { type Message, messageSchema } from './record.ts';
import { columnValue } from './template.ts';

/** A conversation up to the answer, and the answer to learn: what supervised fine-tuning reads. */
export interface Demonstration {
  readonly prompt: readonly Message[];
  readonly response: string;
}

export interface LoadedDemonstrations {
  readonly demonstrations: readonly { readonly id: string; readonly demonstration: Demonstration }[];
  readonly rows: number;
  /** Rows left out, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

/** Column pairs that are read, in this order of preference; beside them `messages` that end with the assistant's turn. */
const layouts: readonly (readonly [prompt: string, response: string])[] = [
  ['prompt', 'completion'],
  ['prompt', 'response'],
  ['question', 'answer'],
  ['problem', 'solution'],
  ['query', 'response'],
  ['instruction', 'output'],
];

/**
 * Reads demonstrations: rows with `messages`, or with a prompt and a response column (text or messages each).
 * @throws DataError for a file that cannot be read, or a row of no known layout.
 */
export async function loadDemonstrations(
  files: FileAccess,
  paths: readonly string[],
  options: { readonly refuse?: (demonstration: Demonstration) => string | null } = {},
): Promise<LoadedDemonstrations> {
  const demonstrations: { id: string; demonstration: Demonstration }[] = [];
  const dropped: Record<string, number> = {};
  let rows = 0;
  for (const path of paths) {
    for await (const { row, index, place } of readRows(files, path)) {
      rows++;
      const demonstration = demonstrationOf(row, place);
      const reason = demonstration.response === '' ? 'empty response' : (options.refuse?.(demonstration) ?? null);
      if (reason === null) demonstrations.push({ id: `${path}#${index}`, demonstration });
      else dropped[reason] = (dropped[reason] ?? 0) + 1;
    }
  }
  return { demonstrations, rows, dropped };
}

function demonstrationOf(row: Row, place: string): Demonstration {
  const messages = columnValue(row, 'messages');
  if (messages !== undefined) {
    const turns = messagesOf(messages, 'messages', place);
    const last = turns.at(-1);
    if (turns.length < 2 || last?.role !== 'assistant') {
      throw new DataError(place, 'messages does not end with an assistant turn after a prompt', 'add the answer as the last message');
    }
    return { prompt: turns.slice(0, -1), response: last.content };
  }
  const layout = layouts.find((columns) => columns.every((column) => columnValue(row, column) !== undefined));
  if (!layout) {
    const known = layouts.map(([prompt, response]) => `${prompt} and ${response}`).join(', ');
    throw new DataError(
      place,
      `no demonstration in the columns ${Object.keys(row).join(', ')}`,
      `known are messages, ${known}; rename the columns`,
    );
  }
  const [promptColumn, responseColumn] = layout;
  const prompt = columnValue(row, promptColumn);
  const response = columnValue(row, responseColumn);
  return {
    prompt: typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : messagesOf(prompt, promptColumn, place),
    response:
      typeof response === 'string'
        ? response
        : messagesOf(response, responseColumn, place)
            .map(({ content }) => content)
            .join('\n'),
  };
}

function messagesOf(value: unknown, column: string, place: string): readonly Message[] {
  const messages = messageSchema.array().min(1).safeParse(value);
  if (messages.success) return messages.data;
  throw new DataError(place, `the column ${column} holds neither text nor a list of {role, content}`, 'mend the row');
}
