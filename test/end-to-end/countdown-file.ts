import { deriveKey, RandomStream } from '@or1/data';
import { drawCountdown } from '@or1/nano';

/** Writes `count` three-number Countdown problems as JSON lines with the columns `nums` and `target`. */
export async function writeCountdownFile(path: string, count: number): Promise<string> {
  const random = new RandomStream(deriveKey(5));
  const problems = Array.from({ length: count }, () => drawCountdown('countdown/3', random));
  await Bun.write(path, problems.map(({ nums, target }) => `${JSON.stringify({ nums, target })}\n`).join(''));
  return path;
}
