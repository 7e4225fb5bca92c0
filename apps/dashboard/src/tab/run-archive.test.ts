import { describe, expect, test } from 'bun:test';
import { zipSync } from 'fflate';
import { packRun, unpackRun } from './run-archive.ts';

const bytes = (text: string) => Uint8Array.from(new TextEncoder().encode(text));
const run = new Map([
  ['events.jsonl', bytes('{}\n')],
  ['config.json', bytes('{"steps":3}')],
  ['checkpoints/step-3/config.json', bytes('{}')],
  ['checkpoints/step-3/model.safetensors', Uint8Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251)],
]);

describe('a packed run', () => {
  test('comes back as it was', () => {
    expect(new Map([...unpackRun(packRun(run))].sort())).toEqual(new Map([...run].sort()));
  });

  test('is the same bytes for the same files, in whatever order', () => {
    expect(packRun(new Map([...run].reverse()))).toEqual(packRun(run));
  });
});

describe('unpackRun', () => {
  test('takes a folder that was zipped under its name', () => {
    const archive = zipSync(Object.fromEntries([...run].map(([path, content]) => [`my run/${path}`, content])));
    expect([...unpackRun(archive).keys()].sort()).toEqual([...run.keys()].sort());
  });

  test.each([
    ['no archive', bytes('no zip at all'), 'no zip archive'],
    ['a cut archive', packRun(run).slice(0, -30), 'no zip archive'],
    ['an archive without a run', zipSync({ 'notes.txt': bytes('x') }), 'holds no run'],
    ['a path that climbs', zipSync({ 'config.json': bytes('{}'), '../evil': bytes('x') }), 'leads out'],
    ['a path from the root', zipSync({ 'config.json': bytes('{}'), '/etc/evil': bytes('x') }), 'leads out'],
  ])('refuses %s', (_, archive, message) => {
    expect(() => unpackRun(archive)).toThrow(message);
  });
});
