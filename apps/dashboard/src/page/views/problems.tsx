import { type ProblemRates, type SolveRates, solveChange } from '@or1/views';
import { useMemo, useState } from 'preact/hooks';
import { useLoaded, useSource } from '../hooks.ts';
import { Arrived, Scrolling } from '../parts/basics.tsx';

const ORDERS = {
  gained: 'most gained first',
  lost: 'most lost first',
  hardest: 'hardest first',
  family: 'by family',
} as const;

type Order = keyof typeof ORDERS;

/** Rows that the page shows at most; a table of thousands helps nobody. */
const ROWS = 300;

function solvedShare({ tries }: ProblemRates): number {
  const tried = tries.filter((entry) => entry !== null);
  return tried.reduce((sum, { solved }) => sum + solved, 0) / tried.reduce((sum, entry) => sum + entry.tried, 0);
}

function ordered(problems: readonly ProblemRates[], order: Order): ProblemRates[] {
  const sorted = [...problems];
  switch (order) {
    case 'gained':
      return sorted.sort((a, b) => solveChange(b) - solveChange(a));
    case 'lost':
      return sorted.sort((a, b) => solveChange(a) - solveChange(b));
    case 'hardest':
      return sorted.sort((a, b) => solvedShare(a) - solvedShare(b));
    case 'family':
      return sorted.sort((a, b) => a.family.localeCompare(b.family));
  }
}

/** Shades from none to all solved, as steps of a class: a colour is no more than a help beside the numbers. */
function shade(entry: { readonly solved: number; readonly tried: number } | null): string {
  return entry === null ? '' : `solved-${Math.round((entry.solved / entry.tried) * 4)}`;
}

function Table({ table, order }: { readonly table: SolveRates; readonly order: Order }) {
  const shown = useMemo(() => ordered(table.problems, order).slice(0, ROWS), [table, order]);
  return (
    <div class="panel">
      <h2>{table.title}</h2>
      <Scrolling label={table.title}>
        <table class="rates">
          <thead>
            <tr>
              <th scope="col">problem</th>
              {table.steps.map((step) => (
                <th scope="col" key={step}>
                  {step === 0 ? 'before' : `step ${step}`}
                </th>
              ))}
              <th scope="col">family</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ problem, prompt, family, tries }) => (
              <tr key={problem}>
                <th scope="row" title={problem}>
                  {prompt}
                </th>
                {tries.map((entry, column) => (
                  <td key={table.steps[column]} class={shade(entry)}>
                    {entry === null ? '–' : `${entry.solved}/${entry.tried}`}
                  </td>
                ))}
                <td>{family}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolling>
      {table.problems.length > ROWS ? (
        <p class="note">
          Of {table.problems.length} problems the first {ROWS} in this order are shown.
        </p>
      ) : null}
    </div>
  );
}

/** How often each problem was solved, over the run. */
export function Problems({ id }: { readonly id: string }) {
  const source = useSource();
  const loaded = useLoaded(() => source.problems(id), [source, id]);
  const [order, setOrder] = useState<Order>('gained');
  return (
    <section aria-label="Problems">
      <p class="note">Right responses of all that could be judged, problem by problem, at each evaluation.</p>
      <label class="choice">
        <span>Order</span>
        <select value={order} onChange={(event) => setOrder(event.currentTarget.value as Order)}>
          {Object.entries(ORDERS).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <Arrived of={loaded}>
        {({ tables, notes }) => (
          <>
            {tables.length === 0 ? <p class="note">No evaluation has ended yet.</p> : null}
            {tables.map((table) => (
              <Table key={table.title} table={table} order={order} />
            ))}
            {notes.map((note) => (
              <p class="note" key={note}>
                {note}
              </p>
            ))}
          </>
        )}
      </Arrived>
    </section>
  );
}
