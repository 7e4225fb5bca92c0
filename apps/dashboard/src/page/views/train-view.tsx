import { formatShare, type RunData, runOfEvents } from '@or1/views';
import { useMemo } from 'preact/hooks';
import { Notice, Title } from '../parts/basics.tsx';
import { TabControls } from '../parts/tab-controls.tsx';
import { type TabState, useTabSession } from '../tab-session.ts';
import { Curves } from './run-view.tsx';

function progressWords({ status, progress }: TabState): string {
  if (status !== 'running')
    return {
      none: 'No run yet',
      loading: 'Loading the model',
      pausing: 'Pausing',
      paused: 'Paused',
      finished: 'Finished',
      failed: 'Failed',
    }[status];
  switch (progress?.phase) {
    case 'rollout':
      return 'Generating';
    case 'evaluation':
      return 'Evaluating on held-out problems';
    case 'reward':
      return 'Waiting for verdicts';
    case 'training':
      return 'Training';
    case 'checkpoint':
      return 'Keeping a checkpoint';
    default:
      return 'Running';
  }
}

function Progress({ state, data }: { readonly state: TabState; readonly data: RunData | null }) {
  const { progress, configuration, device } = state;
  const last = data?.steps.at(-1);
  const total = configuration?.steps ?? 0;
  const share = progress !== null && 'total' in progress && progress.total > 0 ? progress.finished / progress.total : null;
  return (
    <div class="panel">
      <p role="status">
        <strong>{progressWords(state)}</strong>
        {total > 0 ? ` · step ${last?.step ?? 0} of ${total}` : ''}
        {last === undefined
          ? ''
          : ` · accuracy ${formatShare(last.metrics.accuracy ?? 0)} · entropy ${(last.metrics.entropy ?? 0).toFixed(3)}`}
      </p>
      {state.status === 'running' ? <progress aria-label="of this phase" max={1} {...(share === null ? {} : { value: share })} /> : null}
      {device === null ? null : (
        <p class="note">
          {device}
          {crossOriginIsolated || !device.startsWith('WebAssembly') ? '' : '; this page may not share memory, so it has one thread'}
        </p>
      )}
    </div>
  );
}

const MARKS: Readonly<Record<string, string>> = { correct: '✓', incorrect: '✗' };

function Fresh({ state }: { readonly state: TabState }) {
  if (state.fresh.length === 0) return null;
  return (
    <div class="panel">
      <h2>Latest responses</h2>
      <ul class="fresh">
        {state.fresh.map(({ prompt, response, verdict, reward }, index) => (
          <li key={`${index} ${prompt} ${response}`}>
            <span class={`verdict ${verdict}`}>
              {MARKS[verdict] ?? '?'} {reward ?? ''}
            </span>
            <pre>
              {prompt} {response}
            </pre>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Trains the nano model in this tab. */
export function TrainView() {
  const state = useTabSession();
  const data = useMemo(() => runOfEvents(state.events, 'this tab', 'this tab'), [state.events]);
  return (
    <>
      <Title note="A million parameters learn arithmetic by reinforcement, on this device. Nothing leaves the tab.">
        Train in this tab
      </Title>
      {state.message === null ? null : <Notice>{state.message}</Notice>}
      <div class="tab">
        <TabControls state={state} />
        <div>
          <Progress state={state} data={data} />
          <Fresh state={state} />
        </div>
      </div>
      {data === null ? null : <Curves data={data} />}
    </>
  );
}
