/** The whole attack corpus on both sandboxes, with an honest program judged after each. */
import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { createCodeVerifier } from '@or1/reward/code';
import { complaint, listenOnHost, readAttacks, runAttack } from './attack-corpus.ts';
import { SANDBOXES } from './sandboxes.ts';

describe.skipIf(!process.env.OR1_SLOW)('the attack corpus', () => {
  for (const { name, create, missing } of SANDBOXES) {
    test.skipIf(missing !== null)(
      `${name}: no escape, no false pass, healthy after each`,
      async () => {
        process.env.OR1_CANARY = 'seen';
        const listener = await listenOnHost();
        const verifier = createCodeVerifier({ sandbox: create(), concurrency: 2, limits: { testWallMs: 1_000, assertionWallMs: 1_000 } });
        const results = await Promise.all(readAttacks(listener.port).map((attack) => runAttack(verifier, attack)));
        await verifier.close();
        listener.close();
        delete process.env.OR1_CANARY;
        expect(results.map(complaint).filter((one) => one !== null)).toEqual([]);
        expect(listener.connections()).toBe(0);
        expect(['/tmp/or1-shell', '/tmp/or1-touched', '/usr/or1-touched', '/or1-touched'].filter((path) => existsSync(path))).toEqual([]);
        console.log(`${name}: ${results.length} attacks withstood`);
      },
      480_000,
    );
  }
});
