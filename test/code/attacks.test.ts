/** A selection of the attack corpus on both sandboxes; attacks.slow.test.ts runs all of it. */
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { createCodeVerifier } from '@or1/reward/code';
import { complaint, listenOnHost, readAttacks, runAttack } from './attack-corpus.ts';
import { SANDBOXES } from './sandboxes.ts';

// Each takes a moment on a quiet machine; a crowded one may be many times slower.
setDefaultTimeout(60_000);

/** One or two of each kind, the slow ones left out. */
const SELECTION =
  /^(verdict-(frames|eq-check|channel-injection|channel-host|print|settrace|driver-globals|redefine-helper|raw-deep-json)|exit-(hard|stdio|atexit)|host-(passwd|environment|write)|network-tcp|process-(fork-bomb|subprocess)|memory-(list|stdio)|flood-(disk|output|stdio)|endless-(power|sleep)|signal-self|loader-(ctypes|meta-path)|pickle-reply|stack-(c|source)|state-(builtins|file)|bridge-(modules|wasi-preopen))$/;

const listener = await listenOnHost();
const attacks = readAttacks(listener.port);

test('the corpus holds at least 80 attacks, each saying what it tries', () => {
  expect(attacks.length).toBeGreaterThanOrEqual(80);
  expect(new Set(attacks.map(({ tries }) => tries)).size).toBe(attacks.length);
});

process.env.OR1_CANARY = 'seen';
afterAll(() => {
  listener.close();
  delete process.env.OR1_CANARY;
});

for (const { name, create, missing } of SANDBOXES) {
  describe.skipIf(missing !== null)(`${name} withstands`, () => {
    const limits = { testWallMs: 400, assertionWallMs: 400 };
    const verifier = createCodeVerifier({ sandbox: create(), concurrency: 1, limits });
    afterAll(() => verifier.close());
    for (const attack of attacks.filter((one) => SELECTION.test(one.name))) {
      test(attack.tries, async () => {
        expect(complaint(await runAttack(verifier, attack))).toBeNull();
        expect(listener.connections()).toBe(0);
      });
    }
  });
}
