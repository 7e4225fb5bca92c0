import { nanoVerifiers } from '@or1/nano';
import { createRegistry, rewardOfModule, type Verifier, type VerifierRoute } from '@or1/reward';
import { InputError } from '../errors.ts';
import { importUserModule } from '../user-modules.ts';

export interface OpenVerifier {
  readonly verifier: Verifier;
  /** Ends whatever processes and workers the verifier holds. */
  close(): Promise<void>;
}

interface OpenRoute {
  readonly route: VerifierRoute;
  close(): Promise<void>;
}

const nothing = async () => undefined;

/** Verifiers that are loaded only for the records that need them, by ability. */
const loaders: Readonly<Record<string, () => Promise<OpenRoute>>> = {
  math: async () => {
    const { createMathVerifier } = await import('@or1/reward/math');
    return { route: { name: 'math', ability: 'math', verifier: createMathVerifier() }, close: nothing };
  },
  code: async () => {
    const { createCodeVerifier } = await import('@or1/reward/code');
    const verifier = createCodeVerifier();
    return { route: { name: 'code', ability: 'code', verifier: verifier.reward }, close: () => verifier.close() };
  },
};

async function openRewardFile(file: string): Promise<Verifier> {
  try {
    return rewardOfModule(await importUserModule(file), file);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${(error as Error).message.split('\n')[0]} (reward file ${file})`, { cause: error });
  }
}

/**
 * The verifier that a configuration names: `auto` picks one by each record's ability, anything else is a reward file.
 *
 * @param records every record that is known before the run; kinds that no verifier takes are refused now, not in the middle
 * @throws InputError when the file holds no reward, or a record has no verifier.
 */
export async function openVerifier(reward: string, records: readonly Readonly<Record<string, unknown>>[]): Promise<OpenVerifier> {
  if (reward !== 'auto') return { verifier: await openRewardFile(reward), close: nothing };
  const abilities = [...new Set(records.map(({ ability }) => String(ability)))];
  const opened = await Promise.all(abilities.flatMap((ability) => loaders[ability]?.() ?? []));
  const registry = createRegistry([...nanoVerifiers, ...opened.map(({ route }) => route)]);
  try {
    registry.requireAll(records);
  } catch (error) {
    throw new InputError(`${(error as Error).message}; or give a reward of your own with --reward FILE`, { cause: error });
  }
  return {
    verifier: registry.verifier,
    close: async () => {
      for (const { close } of opened) await close();
    },
  };
}
