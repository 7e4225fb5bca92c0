/** The whole attack corpus on both sandboxes, with an honest program judged after each. */
import { afterAll, describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { createCodeVerifier } from '@or1/reward/code';
import { complaint, readAttacks, runAttack } from './attack-corpus.ts';
import { SANDBOXES } from './sandboxes.ts';

describe.skipIf(!process.env.OR1_SLOW)('the attack corpus', () => {
  let connections = 0;
  const listener = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  if (process.env.OR1_SLOW) listener.listen(47911, '127.0.0.1');
  afterAll(() => listener.close());

  for (const { name, create, missing } of SANDBOXES) {
    test.skipIf(missing !== null)(
      `${name}: no escape, no false pass, healthy after each`,
      async () => {
        process.env.OR1_CANARY = 'seen';
        const verifier = createCodeVerifier({ sandbox: create(), concurrency: 2, limits: { testWallMs: 1_000, assertionWallMs: 1_000 } });
        const results = await Promise.all(readAttacks().map((attack) => runAttack(verifier, attack)));
        await verifier.close();
        delete process.env.OR1_CANARY;
        expect(results.map(complaint).filter((one) => one !== null)).toEqual([]);
        expect(connections).toBe(0);
        expect(['/tmp/or1-shell', '/tmp/or1-touched', '/usr/or1-touched', '/or1-touched'].filter((path) => existsSync(path))).toEqual([]);
        console.log(`${name}: ${results.length} attacks withstood`);
      },
      480_000,
    );
  }
});
