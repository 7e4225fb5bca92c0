import { badges, costs, type EvaluationTable, evaluationTable, outcomeSentence, type RunData, tiles } from '@or1/views';
import { Scrolling } from './basics.tsx';

function Evaluations({ table }: { readonly table: EvaluationTable }) {
  return (
    <div class="panel">
      <h3>Held-out evaluation</h3>
      <Scrolling label="Held-out evaluation">
        <table>
          <thead>
            <tr>
              {table.head.map((head) => (
                <th scope="col" key={head}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map(({ head, cells }, row) => (
              <tr key={`${row} ${head}`}>
                <th scope="row">{head}</th>
                {cells.map(({ text, detail }, column) => (
                  <td key={table.head[column + 1]}>
                    {text} {detail === undefined ? null : <span class="interval">{detail}</span>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolling>
      <p class="note">{table.note}</p>
    </div>
  );
}

/** Outcome, badges and headline figures. */
export function Headline({ data }: { readonly data: RunData }) {
  return (
    <>
      <p class="outcome">{outcomeSentence(data)}</p>
      <ul class="badges">
        {badges(data).map(({ text, tone }) => (
          <li class={`badge ${tone}`} key={text}>
            {text}
          </li>
        ))}
      </ul>
      <dl class="tiles">
        {tiles(data).map(({ label, value, note }) => (
          <div class="tile" key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
            <dd class="note">{note}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** The two tables under the curves: evaluations, and what the run took. */
export function Details({ data }: { readonly data: RunData }) {
  const table = evaluationTable(data);
  return (
    <>
      {table === null ? null : <Evaluations table={table} />}
      <div class="panel">
        <h3>What it took</h3>
        <dl class="facts">
          {costs(data).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </div>
    </>
  );
}
