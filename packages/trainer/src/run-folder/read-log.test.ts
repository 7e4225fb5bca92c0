import { describe, expect, test } from 'bun:test';
import { readLog } from './read-log.ts';

const clock = { time_ms: 1, session: 1, elapsed_ms: 0 };
const line = (step: number, fields: object = {}) =>
  `${JSON.stringify({ v: 1, event: 'checkpoint-written', step, path: `checkpoints/step-${step}`, clock: { ...clock, write_s: 0, bytes: 1 }, ...fields })}\n`;

describe('readLog', () => {
  test('reads a whole log', () => {
    const text = line(1) + line(2);
    expect(readLog(text)).toMatchObject({ events: [{ step: 1 }, { step: 2 }], length: text.length, damage: null, torn: false });
    expect(readLog('')).toEqual({ events: [], length: 0, damage: null, torn: false });
  });

  test('leaves a line that is cut off for later', () => {
    const log = readLog(line(1) + line(2).slice(0, -1));
    expect(log).toMatchObject({ events: [{ step: 1 }], length: line(1).length, damage: null, torn: true });
  });

  test.each([
    ['no JSON', 'rubbish\n', 'Line 8 is damaged: it is no JSON.'],
    ['JSON that is no event', '[]\n', 'Line 8 is no event:'],
    ['an event with a wrong field', line(2, { path: 3 }), 'Line 8 is no event: path'],
    ['a newer version', line(2, { v: 2 }), 'Line 8 is of version 2 of the event log, newer than version 1'],
    ['an older version', line(2, { v: 0 }), 'Line 8 is of version 0 of the event log, older than version 1'],
  ])('stops at %s and says so', (_, bad, message) => {
    const log = readLog(line(1) + bad + line(3), 6);
    expect(log.events).toHaveLength(1);
    expect(log.length).toBe(line(1).length);
    expect(log.damage).toStartWith(message);
  });
});
