import { comparisonCharts, formatShare, groupRuns, type RunData, type RunGroup } from '@or1/views';
import { useMemo } from 'preact/hooks';
import { type FollowedRun, useRuns } from '../hooks.ts';
import { Arrived, Notice, Scrolling, Title } from '../parts/basics.tsx';
import { ChartGrid } from '../parts/chart-figure.tsx';
import { overSeeds } from '../parts/over-seeds.ts';

const NO_STAGES: readonly never[] = [];

/** Held-out accuracy at temperature 1 of the last evaluation. */
function lastAccuracy({ evaluations }: RunData): number | null {
  return evaluations.findLast(({ temperature }) => temperature === 1)?.score.average ?? null;
}

function Groups({ groups }: { readonly groups: readonly RunGroup[] }) {
  return (
    <div class="panel">
      <h2>Groups</h2>
      <Scrolling label="Groups">
        <table>
          <thead>
            <tr>
              {['group', 'runs', 'latest held-out accuracy', 'latest entropy', 'steps'].map((head) => (
                <th scope="col" key={head}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {groups.map(({ label, runs }) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                <td>{runs.map(({ run }) => run.name).join(', ')}</td>
                <td>{overSeeds(runs.map(lastAccuracy), formatShare)}</td>
                <td>
                  {overSeeds(
                    runs.map(({ summary }) => summary.entropy?.last ?? null),
                    (value) => value.toFixed(3),
                  )}
                </td>
                <td>
                  {overSeeds(
                    runs.map(({ steps }) => steps.at(-1)?.step ?? 0),
                    String,
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolling>
      <p class="note">
        Runs that differ in nothing but their seed are one group. Lines are means over its runs, bands go from the lowest to the highest
        run; figures are mean (lowest to highest), accuracy at temperature 1.
      </p>
    </div>
  );
}

function Compared({ runs }: { readonly runs: readonly FollowedRun[] }) {
  const groups = useMemo(() => groupRuns(runs.flatMap(({ data }) => (data?.run.kind === 'train' ? [data] : []))), [runs]);
  const charts = useMemo(() => comparisonCharts(groups), [groups]);
  return (
    <>
      {runs.flatMap(({ id, notice }) => (notice === null ? [] : [<Notice key={id}>{`${id}: ${notice}`}</Notice>]))}
      <Groups groups={groups} />
      <ChartGrid charts={charts} stages={NO_STAGES} />
    </>
  );
}

export function CompareView({ ids }: { readonly ids: readonly string[] }) {
  const runs = useRuns(ids);
  return (
    <>
      <Title note={<a href="#/">all runs</a>}>Comparison</Title>
      {ids.length === 0 ? (
        <Notice>
          Choose runs in the <a href="#/">list</a>.
        </Notice>
      ) : (
        <Arrived of={runs}>{(list) => <Compared runs={list} />}</Arrived>
      )}
    </>
  );
}
