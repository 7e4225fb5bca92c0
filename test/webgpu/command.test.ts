/** What the command says about GPUs that are not there, and flags that do not go together. */
import { expect, test } from 'bun:test';
import { or1 } from '../end-to-end/or1.ts';

const SAMPLE = ['sample', '--model', 'nano-E', '--prompt', '1+1?', '--max-tokens', '3'];
/** No driver, whatever the machine has. */
const withoutDriver = { prefix: ['env', 'VK_DRIVER_FILES=/nowhere/icd.json', 'VK_ICD_FILENAMES=/nowhere/icd.json'] };

const ownLines = (stderr: string) => stderr.split('\n').filter((line) => /^(or1|Device): /.test(line));

test.skipIf(process.platform !== 'linux')(
  'without an adapter --device webgpu is one line and exit code 1',
  async () => {
    const { exitCode, stdout, stderr } = await or1([...SAMPLE, '--device', 'webgpu'], withoutDriver);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(ownLines(stderr)).toEqual([
      expect.stringMatching(/^or1: (no GPU adapter was found|the npm package "webgpu" could not be loaded).*use --device wasm$/),
    ]);
  },
  30_000,
);

test.skipIf(process.platform !== 'linux')(
  '--device auto says in one line what it took and why',
  async () => {
    const { exitCode, stdout, stderr } = await or1([...SAMPLE, '--device', 'auto'], withoutDriver);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('1+1? → ');
    expect(ownLines(stderr)).toEqual([expect.stringMatching(/^Device: CPU \(.+\)\.$/)]);
  },
  30_000,
);

test('--precision belongs to the GPU', async () => {
  const { exitCode, stderr } = await or1([...SAMPLE, '--device', 'wasm', '--precision', 'f16']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: 'or1: --precision f16 is about the GPU; give --device webgpu with it\n' });
}, 30_000);
