/** Run folders that cannot be written: one line that says so, and where a run had begun, a resume that loses nothing. */
import { describe, expect, test } from 'bun:test';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { or1, or1Json, SMALL, sets } from './or1.ts';
import { eventsSoFar, runFiles } from './run-files.ts';
import { scratchFolder } from './scratch.ts';

const scratch = scratchFolder('unwritable');
const WORDS = [...SMALL, ...sets('steps=2', 'eval.problems=0', 'checkpointEvery=1')];
const FULL = 'the disk is full; free some space and go on with --resume';

/** A mount namespace of its own for the command, so that a test can mount file systems that vanish with it. */
const inNamespace = (script: string) => ['unshare', '--mount', 'sh', '-ec', `${script}\nexec "$0" "$@"`];
const canMount = (() => {
  const probe = `mount -t tmpfs -o size=1m tmpfs '${scratch}'`;
  return Bun.which('unshare') !== null && Bun.spawnSync([...inNamespace(probe), 'true']).exitCode === 0;
})();

test('a folder below a file, in every command that writes', async () => {
  const file = join(scratch, 'file');
  await writeFile(file, '');
  const data = join(scratch, 'one.jsonl');
  await writeFile(data, '{"nums":[1,2,3],"target":6}\n');
  for (const words of [
    ['train', ...WORDS],
    ['sft', '--preset', 'nano-base'],
    ['eval', '--model', 'nano-E', '--data', data],
  ]) {
    const { exitCode, stderr } = await or1([...words, '--json', '--out', `${file}/run`]);
    expect(stderr).toMatch(/^or1: .*\/file(\/run)?: a file stands where a folder is needed; choose another folder with --out$/m);
    expect(exitCode).toBe(2);
  }
});

test('a disk that fills up in a rollout dump: exit code 1, and a resume once there is space', async () => {
  const undisturbed = join(scratch, 'undisturbed');
  await or1Json(['train', '--out', undisturbed, ...WORDS]);

  // A device that refuses every write as a full disk does stands where the first dump is written.
  const run = join(scratch, 'dump');
  await mkdir(join(run, 'rollouts'), { recursive: true });
  await writeFile(join(run, 'config.json'), await Bun.file(join(undisturbed, 'config.json')).bytes());
  const aside = join(run, 'rollouts/step-000001.msgpack.writing');
  await symlink('/dev/full', aside);
  const { exitCode, stdout, stderr } = await or1(['train', '--json', '--threads', '1', '--resume', run]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toContain(`or1: ${run}/rollouts/step-000001.msgpack: ${FULL}\n`);

  await rm(aside);
  await or1Json(['train', '--threads', '1', '--resume', run]);
  expect(await runFiles(run)).toEqual(await runFiles(undisturbed));
}, 60_000);

describe.skipIf(!canMount)('on file systems mounted for the test', () => {
  test('a read-only folder', async () => {
    const folder = join(scratch, 'read-only');
    await mkdir(folder);
    const prefix = inNamespace(`mount -t tmpfs -o ro tmpfs '${folder}'`);
    const { exitCode, stderr } = await or1(['train', '--json', '--out', `${folder}/run`, ...WORDS], { prefix });
    expect(stderr).toBe(`or1: ${folder}/run: cannot be written (EROFS); make it writable or choose another folder with --out\n`);
    expect(exitCode).toBe(2);
  });

  test('a disk that fills up in a checkpoint: the one before it stands, and a resume goes on from there', async () => {
    const folder = join(scratch, 'small-disk');
    const copy = join(scratch, 'rescued');
    await mkdir(folder);
    await mkdir(copy);
    const run = `${folder}/run`;
    // One checkpoint takes 12 MB: the first fits, the second does not. What is left is copied out of the namespace.
    const script = `mount -t tmpfs -o size=18m tmpfs '${folder}'; "$0" "$@" || code=$?; cp -r '${run}' '${copy}'; exit $code`;
    const { exitCode, stderr } = await or1(['train', '--json', '--out', run, ...WORDS], {
      prefix: ['unshare', '--mount', 'sh', '-c', script],
    });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^or1: .*\/checkpoints\/.*: the disk is full; free some space and go on with --resume$/m);

    const rescued = join(copy, 'run');
    expect((await eventsSoFar(rescued)).filter(({ event }) => event === 'checkpoint-written')).toMatchObject([{ step: 1 }]);
    await or1Json(['train', '--threads', '1', '--resume', rescued]);
    expect(await runFiles(rescued)).toEqual(await runFiles(join(scratch, 'undisturbed')));
  }, 60_000);
});
