/** What the views share: the present address, the theme, and data that arrive later. */
import { type RunData, runOfEvents } from '@or1/views';
import { watchTheme } from '@or1/views/page';
import { createContext } from 'preact';
import { useContext, useEffect, useMemo, useState } from 'preact/hooks';
import type { Feed, Feeds, Source } from './source.ts';

export const SourceContext = createContext<Source | null>(null);
/** Counts changes of the theme: what is drawn on a canvas must be drawn again then. */
export const ThemeContext = createContext(0);

export function useSource(): Source {
  const source = useContext(SourceContext);
  if (source === null) throw new Error('a view stands outside the page');
  return source;
}

/** The part of the address after `#`, as a path and its parameters. */
export interface Route {
  readonly path: readonly string[];
  readonly parameters: URLSearchParams;
}

function presentRoute(): Route {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  return { path: path.split('/').map(decodeURIComponent), parameters: new URLSearchParams(query) };
}

export function useRoute(): Route {
  const [route, setRoute] = useState(presentRoute);
  useEffect(() => {
    const onChange = () => setRoute(presentRoute());
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return route;
}

export function useThemeChanges(): number {
  const [changes, setChanges] = useState(0);
  useEffect(() => watchTheme(() => setChanges((count) => count + 1)), []);
  return changes;
}

/** A value that arrives later, or why it does not. */
export interface Arrival<T> {
  readonly value: T | null;
  readonly error: Error | null;
}

/** Loads a value, again whenever one of `inputs` changes; the one before stays until then. */
export function useLoaded<T>(load: () => Promise<T>, inputs: readonly unknown[]): Arrival<T> {
  const [arrival, setArrival] = useState<Arrival<T>>({ value: null, error: null });
  useEffect(() => {
    let wanted = true;
    load().then(
      (value) => wanted && setArrival({ value, error: null }),
      (error: Error) => wanted && setArrival({ value: null, error }),
    );
    return () => {
      wanted = false;
    };
  }, inputs);
  return arrival;
}

export interface FollowedRun {
  readonly id: string;
  /** Null before the run's first event. */
  readonly data: RunData | null;
  readonly notice: string | null;
}

const known = new WeakMap<readonly unknown[], RunData | null>();

/** What the events of a feed say; read once for each state of it. */
function dataOf(id: string, { events }: Feed): RunData | null {
  const before = known.get(events);
  if (before !== undefined) return before;
  const data = runOfEvents(events, id, id);
  known.set(events, data);
  return data;
}

/** Runs as they are now and as they grow; null while they load. */
export function useRuns(ids: readonly string[]): Arrival<readonly FollowedRun[]> {
  const source = useSource();
  const [feeds, setFeeds] = useState<Feeds | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const key = ids.join('\n');
  useEffect(() => {
    setFeeds(null);
    setError(null);
    return source.follow(ids, setFeeds, setError);
  }, [source, key]);
  const value = useMemo(() => {
    if (feeds === null) return null;
    return ids.flatMap((id): FollowedRun[] => {
      const feed = feeds.get(id);
      return feed === undefined ? [] : [{ id, notice: feed.notice, data: dataOf(id, feed) }];
    });
  }, [feeds, key]);
  return { value, error };
}
