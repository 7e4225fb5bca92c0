import { formatShare } from '@or1/views';
import { useEffect, useState } from 'preact/hooks';
import type { RunLine } from '../../server/run-answers.ts';
import { useLoaded, useSource } from '../hooks.ts';
import { Arrived, Notice, Scrolling, Title } from '../parts/basics.tsx';

/** How often the list looks for new runs. */
const LOOK_MS = 3000;

function stateOf({ finished, kind, notice }: RunLine): string {
  if (notice !== null) return '! damaged log';
  if (kind === null) return 'not begun';
  return finished ? 'finished' : 'not finished';
}

function share(value: number | null): string {
  return value === null ? '–' : formatShare(value);
}

function Row({ run, chosen, onChoose }: { readonly run: RunLine; readonly chosen: boolean; readonly onChoose: (chosen: boolean) => void }) {
  return (
    <tr>
      <td>
        <input
          type="checkbox"
          aria-label={`compare ${run.name}`}
          checked={chosen}
          onChange={(event) => onChoose(event.currentTarget.checked)}
        />
      </td>
      <th scope="row">
        <a href={`#/run/${encodeURIComponent(run.id)}`}>{run.name}</a>
      </th>
      <td>{stateOf(run)}</td>
      <td>
        {run.steps} of {run.totalSteps}
      </td>
      <td>{share(run.base)}</td>
      <td>{share(run.final)}</td>
      <td>{run.entropy === null ? '–' : run.entropy.toFixed(3)}</td>
      <td>{run.preset}</td>
      <td>{run.startedMs === null ? '–' : new Date(run.startedMs).toISOString().slice(0, 16).replace('T', ' ')}</td>
    </tr>
  );
}

const COLUMNS = ['compare', 'run', 'state', 'steps', 'before', 'latest', 'entropy', 'preset', 'started (UTC)'];

function RunTable({ runs }: { readonly runs: readonly RunLine[] }) {
  const source = useSource();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const ids = runs.filter(({ id }) => chosen.has(id)).map(({ id }) => id);
  const choose = (id: string, wanted: boolean) => {
    const next = new Set(chosen);
    if (wanted) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  const query = ids.map((id) => `run=${encodeURIComponent(id)}`).join('&');
  return (
    <>
      <div class="actions">
        <a
          class={ids.length < 2 ? 'button off' : 'button'}
          aria-disabled={ids.length < 2}
          href={ids.length < 2 ? '#/' : `#/compare?${query}`}
        >
          Compare {ids.length > 0 ? `${ids.length} runs` : 'chosen runs'}
        </a>
        <button type="button" onClick={() => setChosen(new Set(chosen.size === runs.length ? [] : runs.map(({ id }) => id)))}>
          {chosen.size === runs.length ? 'Choose none' : 'Choose all'}
        </button>
        {source.live ? (
          <a class="button" href={`/export?${query}`} download="or1-dashboard.html">
            Save {ids.length > 0 ? 'chosen' : 'all'} as one page
          </a>
        ) : null}
      </div>
      <Scrolling label="Runs">
        <table class="runs">
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <th scope="col" key={column}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <Row key={run.id} run={run} chosen={chosen.has(run.id)} onChoose={(wanted) => choose(run.id, wanted)} />
            ))}
          </tbody>
        </table>
      </Scrolling>
      <p class="note">Before and latest: held-out accuracy at temperature 1.</p>
    </>
  );
}

export function RunList() {
  const source = useSource();
  const [look, setLook] = useState(0);
  useEffect(() => {
    if (!source.live) return;
    const timer = setInterval(() => setLook((count) => count + 1), LOOK_MS);
    return () => clearInterval(timer);
  }, [source]);
  const runs = useLoaded(() => source.runs(), [source, look]);
  return (
    <>
      <Title>Runs</Title>
      <Arrived of={runs}>
        {(list) =>
          list.length === 0 ? (
            <Notice>
              There is no run here yet. <code>bun run train</code> makes one; or <a href="#/train">train in this tab</a>.
            </Notice>
          ) : (
            <RunTable runs={list} />
          )
        }
      </Arrived>
    </>
  );
}
