/** What keeps decoding on the device: random words by counter, and the step from one token to the next. */
import { keyWords, randomWords } from '../random.ts';
import type { Call } from './call.ts';
import { words } from './memory.ts';

export function drawBits({ seed, step, prompts, samples, tokens, bits, rows }: Call<'drawBits'>): void {
  keyWords(seed, step);
  const prompt = words(prompts, 'drawBits: prompts', rows);
  const sample = words(samples, 'drawBits: samples', rows);
  const token = words(tokens, 'drawBits: tokens', rows);
  const out = words(bits, 'drawBits: bits', rows);
  for (let row = 0; row < rows; row++)
    out[row] = randomWords({ seed, step, prompt: prompt[row]!, sample: sample[row]!, token: token[row]! })[0];
}

export function advanceRows(call: Call<'advanceRows'>): void {
  const { rows } = call;
  const column = (name: Exclude<keyof typeof call, 'rows'>, needed = rows) => words(call[name], `advanceRows: ${name}`, needed);
  const [tokens, stops, remaining, ids] = [column('tokens'), column('stops', 1), column('remaining'), column('ids')];
  const [positions, slots, ownStart, ownLength] = [column('positions'), column('slots'), column('ownStart'), column('ownLength')];
  for (let row = 0; row < rows; row++) {
    if (remaining[row] === 0) continue;
    const token = tokens[row]!;
    if (token >= stops.length) throw new RangeError(`advanceRows: tokens[${row}] is ${token}, but stops has ${stops.length} elements`);
    remaining[row] = stops[token] === 0 ? remaining[row]! - 1 : 0;
    if (remaining[row] === 0) continue;
    ids[row] = token;
    slots[row] = ownStart[row]! + ownLength[row]!;
    positions[row]!++;
    ownLength[row]!++;
  }
}
