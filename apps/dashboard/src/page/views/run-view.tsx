import { buildCharts, MAX_CURVE_POINTS, type RunData, stageMarks } from '@or1/views';
import { useMemo } from 'preact/hooks';
import { useRuns } from '../hooks.ts';
import { Arrived, Notice, Title } from '../parts/basics.tsx';
import { ChartGrid } from '../parts/chart-figure.tsx';
import { Details, Headline } from '../parts/run-summary.tsx';
import { Problems } from './problems.tsx';
import { Samples } from './samples.tsx';

const PARTS = { curves: 'Curves', samples: 'Samples', problems: 'Problems', configuration: 'Configuration' } as const;

type Part = keyof typeof PARTS;

/** Charts of a run as it stands, and the tables that go with them. */
export function Curves({ data }: { readonly data: RunData }) {
  const charts = useMemo(() => buildCharts(data), [data]);
  const stages = useMemo(() => stageMarks(data), [data]);
  return (
    <>
      {charts.length === 0 ? <p class="note">No step has ended yet.</p> : <ChartGrid charts={charts} stages={stages} />}
      {data.steps.length > MAX_CURVE_POINTS ? (
        <p class="note">
          The run has {data.steps.length} steps. Each chart shows at most {MAX_CURVE_POINTS} of them: the lowest and the highest of every
          stretch.
        </p>
      ) : null}
      <Details data={data} />
    </>
  );
}

function partOf(name: string | undefined): Part {
  return name !== undefined && name in PARTS ? (name as Part) : 'curves';
}

export function RunView({ id, part: asked }: { readonly id: string; readonly part: string | undefined }) {
  const ids = useMemo(() => [id], [id]);
  const runs = useRuns(ids);
  const part = partOf(asked);
  return (
    <>
      <Title note={<a href="#/">all runs</a>}>{id}</Title>
      <Arrived of={runs}>
        {([run]) => (
          <>
            {run?.notice ? <Notice>{run.notice}</Notice> : null}
            <nav aria-label="Parts of the run" class="parts">
              {Object.entries(PARTS).map(([name, label]) => (
                <a key={name} href={`#/run/${encodeURIComponent(id)}/${name}`} aria-current={name === part ? 'page' : undefined}>
                  {label}
                </a>
              ))}
            </nav>
            {run?.data ? <Shown id={id} part={part} data={run.data} /> : <Notice>This run has not written its first event yet.</Notice>}
          </>
        )}
      </Arrived>
    </>
  );
}

function Shown({ id, part, data }: { readonly id: string; readonly part: Part; readonly data: RunData }) {
  switch (part) {
    case 'curves':
      return (
        <>
          <Headline data={data} />
          <Curves data={data} />
        </>
      );
    case 'samples':
      return <Samples id={id} />;
    case 'problems':
      return <Problems id={id} />;
    case 'configuration':
      return <pre class="panel">{JSON.stringify(data.configuration, null, 2)}</pre>;
  }
}
