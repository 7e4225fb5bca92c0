import { formatNumber } from '@or1/views';
import type { LabExperiment } from '../../server/kept-results.ts';
import { useLoaded, useSource } from '../hooks.ts';
import { Arrived, Notice, Scrolling, Title } from '../parts/basics.tsx';

const TONES: Readonly<Record<string, string>> = { reproduced: 'good', 'not reproduced': 'warn' };

function meanOf(values: readonly (number | null)[] | undefined): string {
  const present = (values ?? []).filter((value) => value !== null);
  if (present.length === 0) return '–';
  const mean = formatNumber(present.reduce((a, b) => a + b, 0) / present.length);
  return present.length === 1 ? mean : `${mean} (${formatNumber(Math.min(...present))} to ${formatNumber(Math.max(...present))})`;
}

function evidenceText(evidence: unknown): string {
  return typeof evidence === 'string' ? evidence : JSON.stringify(evidence, null, 2);
}

function Experiment({ experiment }: { readonly experiment: LabExperiment }) {
  const { name, claim, arms, verdict, evidence } = experiment;
  return (
    <section class="panel" aria-label={name}>
      <h2>{name}</h2>
      <p>{claim}</p>
      <p>
        <span class={`badge ${TONES[verdict] ?? ''}`}>{verdict}</span>
      </p>
      <Scrolling label={`Arms of ${name}`}>
        <table>
          <thead>
            <tr>
              {['arm', 'seeds', 'accuracy', 'entropy'].map((head) => (
                <th scope="col" key={head}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {arms.map((arm) => (
              <tr key={arm.name}>
                <th scope="row">{arm.name}</th>
                <td>{Array.isArray(arm.seeds) ? arm.seeds.length : (arm.seeds ?? '–')}</td>
                <td>{meanOf(arm.accuracy)}</td>
                <td>{meanOf(arm.entropy)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolling>
      <details>
        <summary>Evidence</summary>
        <pre>{evidenceText(evidence)}</pre>
      </details>
    </section>
  );
}

/** The entropy lab's experiments with their verdicts. */
export function LabView() {
  const source = useSource();
  const lab = useLoaded(() => source.lab(), [source]);
  return (
    <>
      <Title note="Figures are means over seeds, with the lowest and the highest.">Entropy lab</Title>
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
              <Experiment key={experiment.name} experiment={experiment} />
            ))}
          </>
        )}
      </Arrived>
    </>
  );
}
