import { describe, expect, test } from 'bun:test';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCodeVerifier, DEFAULT_LIMITS } from '../code/index.ts';
import { describeSandboxes } from './describe-sandboxes.ts';
import { createNativeSandbox } from './native-sandbox.ts';

describe.skipIf(process.platform !== 'linux')('refuses', () => {
  test('without its tools, naming their Debian packages', () => {
    expect(() => createNativeSandbox({ tools: { bubblewrap: '/nowhere/bwrap' } })).toThrow(
      "the native sandbox needs /nowhere/bwrap: install Debian's package bubblewrap",
    );
    expect(() => createNativeSandbox({ tools: { bubblewrap: '/bin/sh', python: '/nowhere/python3' } })).toThrow(
      "install Debian's package python3",
    );
  });

  test('without namespaces, with the reason, and runs nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'or1-no-namespaces-'));
    const bubblewrap = join(folder, 'bwrap');
    await writeFile(bubblewrap, '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n');
    await chmod(bubblewrap, 0o755);
    await chmod(folder, 0o755);
    const verifier = createCodeVerifier({ sandbox: createNativeSandbox({ tools: { bubblewrap, python: '/usr/bin/python3' } }) });
    const judgement = await verifier.verify({ response: '```python\nprint(1)\n```', groundTruth: { inputs: [''], outputs: ['1'] } });
    await verifier.close();
    await rm(folder, { recursive: true });
    expect(judgement.verdict).toBe('infrastructure-error');
    expect(judgement.evidence).toContain('the native sandbox refuses to start: bwrap: No permissions to create new namespace');
  });
});

const works = await describeSandboxes().then(({ native }) => native.ok);

test.skipIf(!works)('a place closed at any moment of a start leaves nothing behind', async () => {
  const sandbox = createNativeSandbox();
  for (let round = 0; round < 30; round++) {
    const slot = await sandbox.openSlot();
    await slot.startProgram({ mode: round % 2 ? 'whole' : 'serve', limits: DEFAULT_LIMITS });
    if (round % 3 === 0) await slot.startProgram({ mode: round % 2 ? 'serve' : 'whole', limits: DEFAULT_LIMITS });
    await Bun.sleep(round % 6);
    await slot.close();
  }
  await sandbox.close();
});
