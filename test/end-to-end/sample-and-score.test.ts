/** `or1 sample` and `or1 score`: deterministic, against each other, and against what transformers computed. */
import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { or1, or1Json, ROOT } from './or1.ts';

interface Sample {
  readonly prompt_tokens: readonly number[];
  readonly tokens: readonly number[];
  readonly text: string;
  readonly logprobs: readonly number[];
  readonly finish: 'stop' | 'length';
}

interface Score {
  readonly id: string | number;
  readonly tokens: readonly number[];
  readonly logprobs: readonly (number | null)[];
  readonly entropies: readonly (number | null)[];
}

interface Recorded {
  readonly prompt: string;
  readonly response: string;
  readonly tokens: readonly number[];
  readonly logProbabilities: readonly (number | null)[];
  readonly entropies: readonly (number | null)[];
}

interface Oracle {
  readonly scoring: readonly Recorded[];
  readonly greedy: readonly { readonly prompt: readonly number[]; readonly continuation: readonly number[] }[];
}

const oracle = (await Bun.file(join(ROOT, 'test/oracles/nano-e.json')).json()) as Oracle;
const END = 59;

async function score(lines: readonly object[]): Promise<readonly Score[]> {
  const stdin = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const { exitCode, stdout, stderr } = await or1(['score', '--model', 'nano-E'], { stdin });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Score);
}

async function sample(...words: readonly string[]): Promise<readonly Sample[]> {
  const result = await or1Json<{ samples: readonly Sample[] }>(['sample', '--model', 'nano-E', '--prompt', '53+89?', ...words]);
  expect(Object.keys(result)).toContain('samples');
  return result.samples;
}

test('score gives what transformers gives, by tokens and by text, in the order of its lines', async () => {
  const byTokens = oracle.scoring.map(({ tokens }, id) => ({ id, tokens }));
  // The end token has no text, so a text is a token shorter than the recorded response.
  const byText = oracle.scoring.map(({ prompt, response }, index) => ({ id: `text ${index}`, text: prompt + response, remark: 'ignored' }));
  const scores = await score([...byTokens, ...byText]);
  expect(scores.map(({ id }) => id)).toEqual([...byTokens, ...byText].map(({ id }) => id));
  scores.forEach(({ tokens, logprobs, entropies }, index) => {
    const recorded = oracle.scoring[index % oracle.scoring.length]!;
    expect(tokens).toEqual(recorded.tokens.slice(0, tokens.length));
    expect(tokens.length).toBeGreaterThanOrEqual(recorded.tokens.length - 1);
    expect([logprobs.length, entropies.length]).toEqual([tokens.length, tokens.length]);
    expect([logprobs[0], entropies[0]]).toEqual([null, null]);
    for (let at = 1; at < tokens.length; at++) {
      expect(Math.abs(logprobs[at]! - recorded.logProbabilities[at]!)).toBeLessThan(2e-4);
      expect(Math.abs(entropies[at]! - recorded.entropies[at]!)).toBeLessThan(2e-4);
    }
  });
  // A single token has nothing to score.
  expect(await score([{ id: 'one', tokens: [58] }])).toEqual([{ id: 'one', tokens: [58], logprobs: [null], entropies: [null] }]);
});

test('sample is greedy at temperature 0 as transformers is', async () => {
  for (const { prompt, continuation } of oracle.greedy) {
    const [recorded] = oracle.scoring.filter(({ tokens }) => tokens.slice(0, prompt.length).join() === prompt.join());
    const { samples } = await or1Json<{ samples: readonly Sample[] }>([
      ...['sample', '--model', 'nano-E', '--prompt', recorded!.prompt, '--temperature', '0', '--max-tokens', '64'],
    ]);
    const upToEnd = continuation.includes(END) ? continuation.slice(0, continuation.indexOf(END) + 1) : continuation;
    expect(samples).toMatchObject([{ prompt_tokens: prompt, tokens: upToEnd, finish: upToEnd.at(-1) === END ? 'stop' : 'length' }]);
  }
});

test('sample repeats itself by seed, whatever the number of samples and threads', async () => {
  const four = await sample('--n', '4', '--seed', '5', '--threads', '2');
  expect(four.length).toBe(4);
  expect(new Set(four.map(({ text }) => text)).size).toBeGreaterThan(1);
  expect(await sample('--n', '2', '--seed', '5', '--threads', '1')).toEqual(four.slice(0, 2));
  expect(await sample('--n', '4', '--seed', '6')).not.toEqual(four);
});

test("sample's log-probabilities are score's, but for the tokens that sampling bars", async () => {
  const samples = await sample('--n', '3', '--seed', '1', '--temperature', '1', '--max-tokens', '40');
  const scores = await score(samples.map(({ prompt_tokens, tokens }, id) => ({ id, tokens: [...prompt_tokens, ...tokens] })));
  let compared = 0;
  samples.forEach(({ prompt_tokens, tokens, logprobs, finish }, index) => {
    expect(logprobs.length).toBe(tokens.length);
    expect(finish).toBe(tokens.at(-1) === END ? 'stop' : 'length');
    logprobs.forEach((value, at) => {
      // Two barred tokens share up to a few thousandths of the probability, which sampling gives to the others.
      const gain = value - scores[index]!.logprobs[prompt_tokens.length + at]!;
      expect(gain).toBeGreaterThan(-1e-5);
      expect(gain).toBeLessThan(0.02);
      compared++;
    });
  });
  expect(compared).toBeGreaterThan(30);
});

test('filters narrow what is sampled, and a limit cuts it off', async () => {
  const greedy = await sample('--temperature', '0');
  for (const filter of [
    ['--top-k', '1'],
    ['--top-p', '0.0001'],
    ['--min-p', '1'],
  ]) {
    const [filtered] = await sample('--temperature', '1', '--seed', '9', ...filter);
    expect(filtered!.tokens).toEqual(greedy[0]!.tokens);
  }
  const [cut] = await sample('--max-tokens', '3');
  expect(cut).toMatchObject({ finish: 'length' });
  expect(cut!.tokens.length).toBe(3);
});

test('without --json the words are for people', async () => {
  const { exitCode, stdout, stderr } = await or1(['sample', '--model', 'nano-E', '--prompt', '53+89?', '--temperature', '0']);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/^53\+89\? → <.*\n$/);
});
