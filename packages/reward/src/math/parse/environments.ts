import type { Cursor } from './cursor.ts';
import { parseRelation, parseStatement } from './statement.ts';
import { call, type Expression } from './tree.ts';

const MATRIX = /^(?:[pbBvV]?matrix|smallmatrix|array)\*?$/;

/** `\begin{…} … \end{…}`: matrices by rows and cells; systems and aligned lines as a list of their statements. */
export function parseEnvironment(cursor: Cursor): Expression {
  return cursor.nested(() => {
    const name = environmentName(cursor);
    if (name === 'array') skipGroup(cursor);
    return MATRIX.test(name) ? parseMatrix(cursor, name) : parseLines(cursor);
  });
}

function environmentName(cursor: Cursor): string {
  if (!cursor.take('{')) cursor.fail('environment without a name');
  let name = '';
  while (!cursor.operator('}')) {
    if (cursor.at('end')) cursor.fail('unclosed environment name');
    name += cursor.advance().text;
  }
  cursor.advance();
  return name;
}

function skipGroup(cursor: Cursor): void {
  if (!cursor.operator('{')) return;
  while (!cursor.operator('}')) {
    if (cursor.at('end')) cursor.fail('unclosed column specification');
    cursor.advance();
  }
  cursor.advance();
}

function parseMatrix(cursor: Cursor, name: string): Expression {
  const rows: Expression[][] = [[]];
  for (;;) {
    if (cursor.command('end')) break;
    if (cursor.command('hline', 'cline')) cursor.advance();
    else if (cursor.at('row')) {
      cursor.advance();
      rows.push([]);
    } else if (cursor.operator('&')) cursor.advance();
    else rows.at(-1)!.push(parseRelation(cursor));
  }
  cursor.advance();
  environmentName(cursor);
  const filled = rows.filter((row) => row.length > 0);
  const width = filled[0]?.length ?? 0;
  if (width === 0 || filled.some((row) => row.length !== width)) cursor.fail('matrix rows of different length');
  const matrix: Expression = { kind: 'matrix', rows: filled };
  return name.startsWith('v') || name.startsWith('V') ? call('det', [matrix]) : matrix;
}

function parseLines(cursor: Cursor): Expression {
  const statement = parseStatement(cursor);
  if (!cursor.command('end')) cursor.fail('unclosed environment');
  cursor.advance();
  environmentName(cursor);
  return statement.kind === 'list' && statement.joiner === ',' ? { ...statement, joiner: 'and' } : statement;
}
