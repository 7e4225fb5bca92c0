import { experimentCharts, formatNumber, formatShare } from '@or1/views';
import { useMemo } from 'preact/hooks';
import type { LabExperiment } from '../../server/kept-results.ts';
import { useLoaded, useSource } from '../hooks.ts';
import { Arrived, Notice, Scrolling, Title } from '../parts/basics.tsx';
import { ChartGrid } from '../parts/chart-figure.tsx';
import { overSeeds } from '../parts/over-seeds.ts';

const TONES = { reproduced: 'good', 'not reproduced': 'warn', inconclusive: '' } as const;
const NO_STAGES: readonly never[] = [];

function Arms({ experiment }: { readonly experiment: LabExperiment }) {
  return (
    <Scrolling label={`Arms of ${experiment.name}`}>
      <table>
        <thead>
          <tr>
            {['arm', 'seeds', 'accuracy at the end', 'entropy at the end', 'settings'].map((head) => (
              <th scope="col" key={head}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {experiment.arms.map(({ name, seeds, end_accuracy, end_entropy, settings }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{seeds.length}</td>
              <td>{overSeeds(end_accuracy, formatShare)}</td>
              <td>{overSeeds(end_entropy, formatNumber)}</td>
              <td>
                {Object.entries(settings)
                  .map(([key, value]) => `${key}=${String(value)}`)
                  .join(', ')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolling>
  );
}

function Evidence({ experiment }: { readonly experiment: LabExperiment }) {
  return (
    <Scrolling label={`Tests of ${experiment.name}`}>
      <table>
        <thead>
          <tr>
            {['fixed before the runs', 'effect', '95 % interval', 'seeds', 'outcome'].map((head) => (
              <th scope="col" key={head}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {experiment.evidence.map(({ test, effect, interval95, seeds, outcome }) => (
            <tr key={test}>
              <th scope="row">{test}</th>
              <td>{effect === null ? '–' : formatNumber(effect)}</td>
              <td>{interval95 === null ? '–' : interval95.map(formatNumber).join(' … ')}</td>
              <td>{seeds}</td>
              <td>{outcome}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolling>
  );
}

function ExperimentPanel({ experiment }: { readonly experiment: LabExperiment }) {
  const { name, claim, scaling, prediction, verdict } = experiment;
  const charts = useMemo(() => experimentCharts(experiment, null), [experiment]);
  return (
    <section aria-label={name}>
      <h2>{name}</h2>
      <p class="badges">
        <span class={`badge ${TONES[verdict]}`}>{verdict}</span>
      </p>
      <p class="lead">{claim}</p>
      <ChartGrid charts={charts} stages={NO_STAGES} />
      <div class="panel">
        <Evidence experiment={experiment} />
      </div>
      <div class="panel">
        <Arms experiment={experiment} />
      </div>
      <p class="note">
        Scaling: {scaling} Written down before the runs: {prediction}
      </p>
    </section>
  );
}

/** The entropy lab's experiments with their verdicts. */
export function LabView() {
  const source = useSource();
  const lab = useLoaded(() => source.lab(), [source]);
  return (
    <>
      <Title note="Curves are means over seeds; figures are means with the lowest and the highest.">Entropy lab</Title>
      <Arrived of={lab}>
        {({ results, notes }) => (
          <>
            {results.length === 0 ? (
              <Notice>
                No experiment has been kept yet: <code>bun run lab</code> runs them.
              </Notice>
            ) : null}
            {notes.map((note) => (
              <Notice key={note}>{note}</Notice>
            ))}
            {results.map((experiment) => (
              <ExperimentPanel key={experiment.name} experiment={experiment} />
            ))}
          </>
        )}
      </Arrived>
    </>
  );
}
