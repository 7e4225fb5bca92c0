import { nanoVerifiers } from '@or1/nano';
import { createRegistry, rewardOfModule, type Verifier } from '@or1/reward';
import { InputError } from '../errors.ts';
import { importUserModule } from '../user-modules.ts';

/**
 * The verifier that a configuration names: `auto` picks one by each record's ability, anything else is a reward file.
 *
 * @param records every record that is known before the run; kinds that no verifier takes are refused now, not in the middle
 * @throws InputError when the file holds no reward, or a record has no verifier.
 */
export async function openVerifier(reward: string, records: Iterable<Readonly<Record<string, unknown>>>): Promise<Verifier> {
  if (reward !== 'auto') {
    try {
      return rewardOfModule(await importUserModule(reward), reward);
    } catch (error) {
      if (error instanceof InputError) throw error;
      throw new InputError(`${(error as Error).message.split('\n')[0]} (reward file ${reward})`, { cause: error });
    }
  }
  const registry = createRegistry(nanoVerifiers);
  try {
    registry.requireAll(records);
  } catch (error) {
    throw new InputError(`${(error as Error).message}; or give a reward of your own with --reward FILE`, { cause: error });
  }
  return registry.verifier;
}
