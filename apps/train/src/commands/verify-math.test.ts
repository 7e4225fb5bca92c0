import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';

const MAIN = join(import.meta.dir, '../main.ts');

interface Run {
  readonly exitCode: number;
  readonly lines: readonly string[];
  readonly errors: string;
}

async function verifyMath(input: string, ...flags: readonly string[]): Promise<Run> {
  const child = Bun.spawn(['bun', MAIN, 'verify', 'math', ...flags], { stdin: new Blob([input]), stdout: 'pipe', stderr: 'pipe' });
  const [output, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { exitCode: await child.exited, lines: output.split('\n').filter((line) => line !== ''), errors };
}

const CASES = [
  { id: 'a', response: '\\boxed{5}', gold: '5', note: 'ignored' },
  { id: 2, response: '$\\frac13$', gold: ['0.333', '0.25'], float_rounding: 3 },
  { id: 'c', response: '$f(t)$', gold: '$f(x)$', strict: false, extract: { gold: ['latex'], response: ['latex'] } },
  { id: 'd', response: '7', gold: '' },
]
  .map((entry) => `${JSON.stringify(entry)}\n`)
  .join('\n');

describe('or1 verify math', () => {
  test('prints one verdict a line, in order, whatever the verdicts', async () => {
    const { exitCode, lines } = await verifyMath(CASES, '--json');
    expect(exitCode).toBe(0);
    const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['a', 'correct'],
      [2, 'correct'],
      ['c', 'correct'],
      ['d', 'unverifiable'],
    ]);
    expect(Object.keys(records[0]!)).toEqual(['id', 'verdict', 'extracted', 'ms', 'evidence']);
  });

  test('explains one case', async () => {
    const { exitCode, lines } = await verifyMath(CASES, '--explain', '2');
    expect(exitCode).toBe(0);
    expect(lines.join('\n')).toContain('decimals rounded to 3 places');
    const missing = await verifyMath(CASES, '--explain', 'nobody');
    expect(missing.exitCode).toBe(2);
    expect(missing.errors).toContain('nobody');
  });

  test.each([
    ['{', 'not JSON'],
    ['{"id": 1, "gold": "5"}', 'response'],
    ['{"id": 1, "response": "5", "gold": []}', 'gold'],
    ['{"id": 1, "response": "5", "gold": "5", "extract": {"gold": ["html"]}}', 'extract.gold'],
  ])('refuses the line %s', async (line, reason) => {
    const { exitCode, errors } = await verifyMath(`${JSON.stringify({ id: 0, response: '5', gold: '5' })}\n${line}\n`);
    expect(exitCode).toBe(2);
    expect(errors).toContain('stdin line 2');
    expect(errors).toContain(reason);
  });
});
