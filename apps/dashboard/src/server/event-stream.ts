/** Server-sent events of runs: what their logs gain, as they gain it. */
import { z } from 'zod';
import { answer } from './answers.ts';
import type { RunAnswers } from './run-answers.ts';
import type { RunEntry } from './run-catalogue.ts';

/** Looks at the logs this often. A look costs one `stat` while nothing is written. */
const LOOK_MS = 400;
/** A line that says nothing, so that the browser knows that the stream lives. */
const HEARTBEAT_MS = 15_000;

const followSchema = z.tuple([z.string(), z.number(), z.number()]);

/** What the page holds of a run. */
interface Followed {
  readonly entry: RunEntry;
  readonly generation: number;
  sent: number;
  told: string | null | undefined;
}

/** The runs that an address asks to follow, each as JSON `[id, generation, events]`; what names no run is left out. */
async function followed(runs: RunAnswers, asked: readonly string[]): Promise<Followed[]> {
  const parsed = asked.map((text) => followSchema.parse(JSON.parse(text)));
  const found = await Promise.all(
    parsed.map(async ([id, generation, sent]) => {
      const entry = await runs.find(id);
      return entry === null ? null : { entry, generation, sent, told: undefined };
    }),
  );
  return found.filter((one) => one !== null);
}

/** What to send of one run since the last look, as events of the stream. */
async function newsOf(runs: RunAnswers, run: Followed): Promise<string[]> {
  const { generation, lines, notice } = await runs.log(run.entry);
  const id = JSON.stringify(run.entry.id);
  if (generation !== run.generation || lines.length < run.sent) return [`event: anew\ndata: {"id":${id}}\n\n`];
  const news: string[] = [];
  if (lines.length > run.sent) news.push(`event: grown\ndata: {"id":${id},"events":[${lines.slice(run.sent).join(',')}]}\n\n`);
  if (notice !== run.told) news.push(`event: notice\ndata: {"id":${id},"notice":${JSON.stringify(notice)}}\n\n`);
  run.sent = lines.length;
  run.told = notice;
  return news;
}

/**
 * Sends `grown` with a run's new events, `notice` when what is wrong with its log changes, and `anew` when the log no longer begins with
 * what was sent: the page then loads it again.
 */
export async function eventStream(runs: RunAnswers, asked: readonly string[], signal: AbortSignal): Promise<Response> {
  const all = await followed(runs, asked);
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(encoder.encode(': here\n\n'));
      let beat = performance.now();
      while (!signal.aborted) {
        const news = (await Promise.all(all.map((run) => newsOf(runs, run)))).flat();
        if (performance.now() - beat > HEARTBEAT_MS) {
          news.push(': alive\n\n');
          beat = performance.now();
        }
        if (signal.aborted) return;
        if (news.length > 0) controller.enqueue(encoder.encode(news.join('')));
        if (news.some((text) => text.startsWith('event: anew'))) return controller.close();
        await Bun.sleep(LOOK_MS);
      }
    },
  });
  return answer(stream, 'text/event-stream');
}
