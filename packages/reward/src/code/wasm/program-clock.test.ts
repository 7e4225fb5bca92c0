import { expect, test } from 'bun:test';
import { ProgramClock } from './program-clock.ts';

function spin(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

test('time without a processor does not count, time with one does', () => {
  let cpu = 0;
  const clock = new ProgramClock(() => cpu);
  clock.start(20);
  spin(30);
  expect(clock.expired()).toBe(false);
  cpu = 25;
  spin(25);
  expect(clock.expired()).toBe(true);
});

test('waiting counts, and the stretch has an end', () => {
  const clock = new ProgramClock(() => 0);
  clock.start(20);
  clock.waiting(() => Bun.sleepSync(25));
  expect(clock.expired()).toBe(true);
  clock.start(10);
  spin(15);
  expect(clock.expired()).toBe(false);
  spin(30);
  expect(clock.expired()).toBe(true);
});

test('without a clock of CPU time the wall decides; no limit never ends', () => {
  const clock = new ProgramClock(() => null);
  expect(clock.expired()).toBe(false);
  clock.start(10);
  expect(clock.expired()).toBe(false);
  spin(12);
  expect(clock.expired()).toBe(true);
  clock.stop();
  expect(clock.expired()).toBe(false);
});
