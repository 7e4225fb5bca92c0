import type { RunEvent } from '@or1/trainer/core';
import type { Feed, Feeds, Source } from './source.ts';

async function get<T>(path: string): Promise<T> {
  const response = await fetch(path);
  const value = (await response.json()) as T & { readonly error?: string };
  if (!response.ok) throw new Error(value.error ?? `the server answered ${response.status}`);
  return value;
}

interface Followed extends Feed {
  readonly generation: number;
}

const RETRY_MS = 1500;

/** Follows several runs over one connection: a browser grants a page only six to one server. */
class Following {
  readonly #ids: readonly string[];
  readonly #onFeeds: (feeds: Feeds) => void;
  readonly #onError: (error: Error) => void;
  readonly #feeds = new Map<string, Followed>();
  #stream: EventSource | null = null;
  #stopped = false;

  constructor(ids: readonly string[], onFeeds: (feeds: Feeds) => void, onError: (error: Error) => void) {
    this.#ids = ids;
    this.#onFeeds = onFeeds;
    this.#onError = onError;
  }

  async start(): Promise<void> {
    try {
      await Promise.all(this.#ids.map((id) => this.#load(id)));
    } catch (error) {
      if (!this.#stopped) this.#onError(error as Error);
      return;
    }
    if (this.#stopped) return;
    this.#tell();
    this.#listen();
  }

  stop(): void {
    this.#stopped = true;
    this.#stream?.close();
  }

  async #load(id: string): Promise<void> {
    this.#feeds.set(id, await get<Followed>(`/runs/${encodeURIComponent(id)}/events`));
  }

  #tell(): void {
    if (!this.#stopped) this.#onFeeds(new Map(this.#feeds));
  }

  #change(id: string, change: (before: Followed) => Partial<Followed>): void {
    const before = this.#feeds.get(id);
    if (before === undefined) return;
    this.#feeds.set(id, { ...before, ...change(before) });
    this.#tell();
  }

  #listen(): void {
    const query = new URLSearchParams();
    for (const [id, { generation, events }] of this.#feeds) query.append('follow', JSON.stringify([id, generation, events.length]));
    const stream = new EventSource(`/live?${query}`);
    this.#stream = stream;
    stream.addEventListener('grown', ({ data }) => {
      const { id, events: more } = JSON.parse(data) as { id: string; events: readonly RunEvent[] };
      this.#change(id, ({ events }) => ({ events: [...events, ...more] }));
    });
    stream.addEventListener('notice', ({ data }) => {
      const { id, notice } = JSON.parse(data) as { id: string; notice: string | null };
      this.#change(id, () => ({ notice }));
    });
    stream.addEventListener('anew', () => {
      stream.close();
      void this.start();
    });
    // What came since is asked for anew; the browser's own reconnection would ask for what is already here.
    stream.addEventListener('error', () => {
      stream.close();
      setTimeout(() => {
        if (!this.#stopped) this.#listen();
      }, RETRY_MS);
    });
  }
}

export const serverSource: Source = {
  live: true,
  runs: () => get('/runs'),
  follow: (ids, onFeeds, onError) => {
    const following = new Following(ids, onFeeds, onError);
    void following.start();
    return () => following.stop();
  },
  samples: (id, step) => get(`/runs/${encodeURIComponent(id)}/samples${step === null ? '' : `?step=${step}`}`),
  problems: (id) => get(`/runs/${encodeURIComponent(id)}/problems`),
  lab: () => get('/lab'),
  benchmarks: () => get('/benchmarks'),
};
