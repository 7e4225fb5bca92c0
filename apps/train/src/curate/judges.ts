import { availableParallelism } from 'node:os';
import { decodeGroundTruth } from '@or1/data';
import type { CurationConfiguration, JudgeService } from '@or1/data/curation';
import { nanoVerifiers } from '@or1/nano';
import { createRegistry } from '@or1/reward';
import { type CodeLimits, createCodeVerifier, createWasmSandbox, type Sandbox } from '@or1/reward/code';
import { createMathPool } from '@or1/reward/math';
import { createNativeSandbox, NativeUnavailable } from '@or1/reward/native';
import { InputError } from '@or1/trainer';
import packageJson from '../../package.json' with { type: 'json' };

/** Verifiers that are opened when a stage first asks for one, and closed with the run. */
export interface OpenJudges {
  math(): Promise<JudgeService>;
  /** For the programs that come with problems. */
  references(): Promise<JudgeService>;
  any(): Promise<JudgeService>;
  close(): Promise<void>;
}

const named = (what: string) => `or1 ${packageJson.version} ${what}`;

/**
 * Reference programs are limited by processor time, well above what the report allows a model's program: a machine that is busy with something else must
 * not decide which problems stay.
 */
const REFERENCE_LIMITS = { testCpuMs: 10_000, testWallMs: 60_000, assertionWallMs: 60_000, runWallMs: 300_000 };

/** A solution takes milliseconds; a worker that thinks longer than this is stuck. */
const MATH_TIMEOUT_MS = 5_000;

export function openJudges(sandboxChoice: CurationConfiguration['sandbox'], threads: number | undefined): OpenJudges {
  const concurrency = threads ?? availableParallelism();
  const closers: (() => Promise<void>)[] = [];
  const once = (open: () => Promise<JudgeService>): (() => Promise<JudgeService>) => {
    let opened: Promise<JudgeService> | null = null;
    return () => {
      opened ??= open();
      return opened;
    };
  };

  const math = once(async () => {
    const pool = createMathPool({ size: concurrency, timeoutMs: MATH_TIMEOUT_MS });
    closers.push(async () => pool.dispose());
    return {
      judge: (response, { reward_model }) => {
        const truth = decodeGroundTruth(reward_model.ground_truth);
        return pool.verify(response, typeof truth === 'string' || !Array.isArray(truth) ? reward_model.ground_truth : truth);
      },
      verifier: named('math verifier'),
      // Enough waiting that no worker is ever idle.
      concurrency: 4 * concurrency,
    };
  });

  const codeJudge = async (words: string, limits: Partial<CodeLimits>): Promise<JudgeService> => {
    const sandbox = await openSandbox(sandboxChoice);
    const verifier = createCodeVerifier({ sandbox, concurrency, limits });
    closers.push(() => verifier.close());
    return {
      judge: (response, { reward_model }, signal) => verifier.verify({ response, groundTruth: reward_model.ground_truth }, signal),
      verifier: named(`code verifier, ${sandbox.name} sandbox, ${words}`),
      concurrency,
    };
  };
  const references = once(() => codeJudge('limits for references', REFERENCE_LIMITS));
  const code = once(() => codeJudge('limits of the report', {}));

  const any = once(async () => {
    const registry = createRegistry(nanoVerifiers);
    return {
      judge: async (response, record, signal) => {
        if (record.ability === 'math') return (await math()).judge(response, record, signal);
        if (record.ability === 'code') return (await code()).judge(response, record, signal);
        const decoded = { ...record, reward_model: { ground_truth: decodeGroundTruth(record.reward_model.ground_truth) } };
        return registry.verifier({ prompt: '', response, finish: 'stop', record: decoded, signal });
      },
      verifier: named('verifiers'),
      concurrency,
    };
  });

  return {
    math,
    references,
    any,
    close: async () => {
      for (const close of closers) await close();
    },
  };
}

/** The sandbox that was asked for; `auto` takes the native one where it starts. */
async function openSandbox(choice: CurationConfiguration['sandbox']): Promise<Sandbox> {
  if (choice !== 'wasm') {
    try {
      const sandbox = createNativeSandbox();
      await (await sandbox.openSlot()).close();
      return sandbox;
    } catch (error) {
      if (!(error instanceof NativeUnavailable)) throw error;
      if (choice === 'native') throw new InputError(error.message, { cause: error });
    }
  }
  return createWasmSandbox();
}
