import { expect, test } from 'bun:test';
import { innermostChild, readProcessTime } from './process-time.ts';

const isLinux = process.platform === 'linux';

test.skipIf(!isLinux)('finds the program behind its wrappers and tells work from sleep', async () => {
  const wrapper = Bun.spawn(['/bin/sh', '-c', 'sleep 30; true'], { stdout: 'ignore' });
  let inner: number | null = null;
  for (let round = 0; round < 100 && inner === null; round++) {
    await Bun.sleep(10);
    inner = innermostChild(wrapper.pid);
  }
  expect(inner).not.toBe(wrapper.pid);
  await Bun.sleep(50);
  expect(readProcessTime(inner!)).toEqual({ cpuMs: 0, running: false });
  process.kill(inner!, 'SIGKILL');
  await wrapper.exited;
  expect(readProcessTime(inner!)).toBeNull();
});

test.skipIf(!isLinux)('our own time grows with work', () => {
  const before = readProcessTime(process.pid)!;
  const end = process.cpuUsage().user + 200_000;
  while (process.cpuUsage().user < end);
  const after = readProcessTime(process.pid)!;
  expect(after.running).toBe(true);
  expect(after.cpuMs - before.cpuMs).toBeGreaterThanOrEqual(150);
});
