import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, InterruptedError } from './errors.ts';
import { readEvents } from './run-folder/event-log.ts';
import { createRunFolder, openRunFolder } from './run-folder/run-folder.ts';
import { createBanditRun } from './testing/bandit-run.ts';
import { comparableFiles } from './testing/run-files.ts';
import { train } from './train.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'or1-resume-'));
});
afterAll(() => rm(root, { recursive: true }));

async function start(name: string, signal?: AbortSignal): Promise<string> {
  const runFolder = join(root, name);
  const { configuration, parts } = createBanditRun();
  const folder = await createRunFolder(runFolder, configuration);
  try {
    await train({ runFolder, configuration, parts, signal });
  } finally {
    await folder.release();
  }
  return runFolder;
}

async function resume(runFolder: string): Promise<void> {
  const { configuration, parts } = createBanditRun();
  const folder = await openRunFolder(runFolder);
  await train({ runFolder, configuration, parts });
  await folder.release();
}

describe('resume', () => {
  test('an interrupt at any point writes a checkpoint, and the resumed run ends like an undisturbed one', async () => {
    const whole = await comparableFiles(await start('whole'));
    let interrupts = 0;
    for (let progressCalls = 1; progressCalls < 60; progressCalls += 7) {
      const runFolder = join(root, `interrupted-${progressCalls}`);
      const { configuration, parts } = createBanditRun();
      const folder = await createRunFolder(runFolder, configuration);
      const controller = new AbortController();
      let calls = 0;
      const onProgress = () => {
        calls++;
        if (calls === progressCalls) controller.abort();
      };
      const outcome = await train({ runFolder, configuration, parts, signal: controller.signal, onProgress }).catch(
        (error: unknown) => error,
      );
      await folder.release();
      if (outcome === undefined) continue;
      interrupts++;
      expect(outcome).toBeInstanceOf(InterruptedError);
      await resume(runFolder);
      expect(await comparableFiles(runFolder)).toEqual(whole);
    }
    expect(interrupts).toBeGreaterThan(5);
  });

  test('a finished run stays as it is', async () => {
    const runFolder = await start('finished');
    const before = await comparableFiles(runFolder);
    await resume(runFolder);
    expect(await comparableFiles(runFolder)).toEqual(before);
  });

  test('events after the checkpoint are set aside as void, and readers see one history', async () => {
    const runFolder = await start('void');
    const whole = await comparableFiles(runFolder);
    await rm(join(runFolder, 'checkpoints/step-4'), { recursive: true });
    await appendFile(join(runFolder, 'events.jsonl'), '{"v":1,"event":"step-e');
    await resume(runFolder);
    expect(await comparableFiles(runFolder)).toEqual(whole);
    const events = await readEvents(runFolder);
    expect(events.filter(({ event }) => event === 'run-end')).toHaveLength(1);
    expect(events.map(({ clock }) => clock.session)).toContain(2);
    const voided = (await Bun.file(join(runFolder, 'void.jsonl')).text()).trimEnd().split('\n');
    expect(voided.at(-1)).toBe('{"v":1,"event":"step-e');
    expect(JSON.parse(voided[0]!)).toMatchObject({ event: 'stage-start', step: 2 });
  });

  test('without any checkpoint the run starts again from step 0', async () => {
    const runFolder = await start('nothing');
    const whole = await comparableFiles(runFolder);
    await rm(join(runFolder, 'checkpoints'), { recursive: true });
    await resume(runFolder);
    expect(await comparableFiles(runFolder)).toEqual(whole);
  });

  test('a checkpoint without its marker is none; one that was changed is refused by name', async () => {
    const runFolder = await start('damaged');
    const whole = await comparableFiles(runFolder);
    const copy = join(root, 'damaged-copy');
    await cp(runFolder, copy, { recursive: true });
    await rm(join(runFolder, 'checkpoints/step-4/trainer/complete.json'));
    await resume(runFolder);
    expect(await comparableFiles(runFolder)).toEqual(whole);

    await appendFile(join(copy, 'checkpoints/step-4/model.bin'), 'x');
    const refused = resume(copy);
    expect(refused).rejects.toThrow(InputError);
    expect(refused).rejects.toThrow('model.bin: differs from what was written');
  });

  test('a folder in use, an existing folder and a folder that is no run are refused', async () => {
    const { configuration } = createBanditRun();
    const path = join(root, 'taken');
    const folder = await createRunFolder(path, configuration);
    await Bun.write(join(path, 'lock'), JSON.stringify({ pid: process.ppid, host: (await import('node:os')).hostname() }));
    expect(openRunFolder(path)).rejects.toThrow('works on this run');
    await folder.release();
    expect(createRunFolder(path, configuration)).rejects.toThrow('go on with --resume');
    expect(openRunFolder(root)).rejects.toThrow('is no run folder');
  });
});
