import { defineReward, type Verifier } from '@or1/reward';
import { InputError } from '@or1/trainer/core';

/** The file that carries a visitor's reward in a run folder, as `bun run train --resume` reads it. */
export function rewardFile(source: string): string {
  return `import { defineReward } from '@or1/reward';\n\nexport default defineReward(\n${source}\n);\n`;
}

/** The source within a file of `rewardFile`; null where it is another file. */
export function rewardSource(file: string): string | null {
  return /^import \{ defineReward \} from '@or1\/reward';\n\nexport default defineReward\(\n([\s\S]*)\n\);\n$/.exec(file)?.[1] ?? null;
}

/**
 * Makes a reward of what a visitor wrote: an expression that is a function, as `defineReward` takes it. It runs in this worker alone.
 *
 * @throws InputError with the engine's own words where it is no such expression.
 */
export async function userReward(source: string): Promise<Verifier> {
  const address = URL.createObjectURL(new Blob([`export default (\n${source}\n);`], { type: 'text/javascript' }));
  try {
    const { default: reward } = (await import(address)) as { default: unknown };
    if (typeof reward !== 'function') throw new InputError('the reward is no function; write ({ response }) => … that returns a number');
    return defineReward(reward as Parameters<typeof defineReward>[0]);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`the reward cannot be read: ${(error as Error).message}`, { cause: error });
  } finally {
    URL.revokeObjectURL(address);
  }
}
