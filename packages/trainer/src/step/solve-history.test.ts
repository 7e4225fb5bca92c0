import { describe, expect, test } from 'bun:test';
import { SolveHistory } from './solve-history.ts';

function history(): SolveHistory {
  const solved = new SolveHistory();
  for (const [id, ...visits] of [
    ['always', true, true],
    ['lately', false, true],
    ['once', true, false],
    ['never', false, false],
  ] as const) {
    for (const visit of visits) solved.record(id, visit);
  }
  return solved;
}

describe('solve history', () => {
  test.each([
    ['last', ['always', 'lately']],
    ['any', ['always', 'lately', 'once']],
    ['all', ['always']],
    ['off', []],
  ] as const)('rule %s', (rule, expected) => {
    expect(history().solved(rule)).toEqual([...expected]);
  });

  test('survives JSON exactly', () => {
    const restored = new SolveHistory(JSON.parse(JSON.stringify(history().state)));
    expect(restored.state).toEqual(history().state);
    restored.record('never', true);
    expect(restored.solved('last')).toEqual(['always', 'lately', 'never']);
  });

  test('is empty after a stage', () => {
    const solved = history();
    solved.clear();
    expect(solved.solved('any')).toEqual([]);
  });
});
