/** Wrong input: exit code 2 and one line that says what is wrong, where, and how to mend it; nothing is left behind. */
import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { brokenModel, type Damage } from './broken-model.ts';
import { type CommandResult, or1, or1Json, SMALL, sets } from './or1.ts';
import { scratchFolder } from './scratch.ts';

const scratch = scratchFolder('bad-input');
const run = join(scratch, 'run');

async function file(name: string, content: string): Promise<string> {
  await writeFile(join(scratch, name), content);
  return join(scratch, name);
}

let running = 0;
const waiting: (() => void)[] = [];

/** Runs two commands at a time at most: what they take is mostly one core's time to start. */
async function inTurn(words: readonly string[], stdin: string): Promise<CommandResult> {
  if (running === 2) await new Promise<void>((resolve) => waiting.push(resolve));
  else running++;
  try {
    return await or1(words, { stdin });
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}

/** Runs the command and gives its one line of complaint. */
async function complaint(words: readonly string[], stdin = ''): Promise<string> {
  const { exitCode, stdout, stderr } = await inTurn(words, stdin);
  expect(stderr).toMatch(/^or1: [^\n]+\n$/);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(existsSync(run)).toBe(false);
  return stderr.slice('or1: '.length, -1);
}

const train = (...words: readonly string[]) => ['train', '--json', '--out', run, ...SMALL, ...words];

describe.concurrent('a model folder', () => {
  test.each([
    ['without weights', 'FOLDER has neither model.safetensors nor model.safetensors.index.json; save the weights as safetensors'],
    [
      'truncated weights',
      'model.safetensors is truncated: tensor model.norm.weight ends at byte 3976816 and the file has 500000; fetch it again',
    ],
    [
      'other shapes',
      'FOLDER: the weights have other shapes than config.json says: model.layers.0.mlp.gate_proj.weight [512, 128] instead of [384, 128]',
    ],
    ['not JSON', 'FOLDER/config.json is not valid JSON'],
    ['another architecture', 'mamba'],
    ['without tokenizer', "FOLDER: has no tokenizer.json, so it cannot read prompts; put the model's tokenizer beside it"],
    [
      'foreign tokenizer',
      "FOLDER: tokenizer.json has ids up to 60 but config.json's vocab_size is 60; the tokenizer belongs to another model",
    ],
  ] as const satisfies readonly (readonly [Damage, string])[])('%s', async (damage, message) => {
    const folder = await brokenModel(scratch, damage);
    expect(await complaint(train('--model', folder))).toContain(message.replace('FOLDER', folder));
  });

  test('that is not there', async () => {
    const message = 'nowhere: no such model folder; give a Hugging Face folder, a GGUF file, or one of nano-E, nano-C';
    for (const words of [
      train('--model', 'nowhere'),
      ['score', '--model', 'nowhere'],
      ['sample', '--model', 'nowhere', '--prompt', '1+1?'],
    ])
      expect(await complaint(words)).toBe(message);
  });

  test('whose positions the run exceeds', async () => {
    expect(await complaint(train(...sets('contextLength=300')))).toMatch(/contextLength 300 exceed its 256 positions; lower contextLength/);
  });
});

describe.concurrent('the configuration', () => {
  test.each([
    ['learningrate=1', '--set learningrate: no such key; did you mean learningRate?'],
    ['target=0.1', '--set target: no such key; did you mean entropy.target?'],
    ['entropy.targt=0.1', '--set entropy.targt: no such key; did you mean entropy.target?'],
    ['stages[0].step=3', '--set stages[0].step: no such key; did you mean stages[i].steps?'],
    ['steps=many', '--set steps: "many" is no number or null'],
    ['steps', '--set steps: expected key=value, e.g. --set steps=20'],
    ['samplesPerPrompt=-1', '--set: samplesPerPrompt: '],
    ['truncation=maybe', '--set: truncation: '],
    ['miniBatches=5', '--set: stages[0].miniBatches 5 is more than stages[0].promptsPerStep 4; a mini-batch needs a prompt'],
    ['problems=jokes', 'problems jokes: there is no such mixture; known: mix, arithmetic, countdown, countdown-3'],
  ])('--set %s', async (assignment, message) => {
    expect(await complaint(train(...sets(assignment)))).toStartWith(message);
  });

  test('a file with an unknown key, with a value of another type, that is not YAML, that is not there', async () => {
    const unknown = await file('unknown.yaml', 'clip: { lo: 0.1 }\n');
    expect(await complaint(train('--config', unknown))).toBe(`${unknown}: no such key clip.lo; did you mean clip.low?`);
    const wrong = await file('wrong.ts', 'export default { steps: "ten" };\n');
    expect(await complaint(train('--config', wrong))).toBe(`${wrong}: steps: expected number, received string`);
    const torn = await file('torn.yaml', 'steps: [1\n');
    expect(await complaint(train('--config', torn))).toStartWith(`${torn}: cannot be read as a configuration: `);
    const absent = join(scratch, 'absent.yaml');
    expect(await complaint(train('--config', absent))).toBe(`${absent}: no such file`);
  });

  test('an unknown preset, of train and of sft; a preset without a model', async () => {
    expect(await complaint(['train', '--preset', 'nana'])).toMatch(/^preset nana: there is none; known: nano, .*or1-7b/);
    expect(await complaint(['sft', '--preset', 'nano'])).toBe(
      'preset nano: there is none for sft; known: none, nano-base, nano-base-search',
    );
    expect(await complaint(train('--preset', 'or1-7b'))).toBe('preset or1-7b has no model of its own: give --model DIR');
  });
});

describe.concurrent('a data file', () => {
  const good = '{"nums":[1,2,3],"target":6}\n';
  test.each([
    ['that is not JSON', `${good}${good}{"nums":[1,2,\n`, 'FILE:3: not valid JSON ('],
    [
      'with a row that lacks a column',
      `${good}{"nums":[1,2,3]}\n`,
      'FILE:2: no column target; the countdown mapping needs the columns nums, target',
    ],
    ['with a value of another kind', `${good}{"nums":"x","target":5}\n`, 'FILE:2: the column nums does not fit the prompt template'],
    ['with columns that no mapping fits', '{"a":1}\n', 'FILE: no known mapping fits its columns (a); known are '],
    [
      'whose text the tokenizer does not know',
      '{"question":"Ä?","answer":"#### 3"}\n',
      'FILE: none of 1 rows can be used (1 x the tokenizer has no token for "Ä")',
    ],
    ['without rows', '', 'FILE: the file is empty; '],
  ])('%s', async (name, content, message) => {
    const path = await file(`${name.replaceAll(' ', '-')}.jsonl`, content);
    const expected = message.replace('FILE', path);
    expect(await complaint(train('--data', path))).toStartWith(expected);
  });

  test('that is not there; whose records have no verifier', async () => {
    const absent = join(scratch, 'absent.jsonl');
    for (const words of [train('--data', absent), ['eval', '--model', 'nano-E', '--data', absent, '--out', run]])
      expect(await complaint(words)).toBe(`${absent}: no such file`);
    const poems = await file('poems.jsonl', '{"prompt":"1+1?","answer":"2","ability":"poetry"}\n');
    expect(await complaint(train('--data', poems, ...sets('eval.problems=0')))).toMatch(
      /^no verifier for ability poetry, data_source trl \(1 records\); .*--reward FILE$/,
    );
  });
});

describe.concurrent('a reward file', () => {
  test.each([
    ['that exports no reward', 'export default 3;\n', 'its default export is not a reward; write `export default defineReward('],
    ['that does not parse', 'export default (\n', 'FILE'],
    ['that throws when it is loaded', 'throw new Error("boom");\n', 'boom'],
    [
      'that imports what is not there',
      'import nothing from "nowhere-at-all";\nexport default nothing;\n',
      "Cannot find package 'nowhere-at-all'",
    ],
  ])('%s', async (name, content, message) => {
    const path = await file(`${name.replaceAll(' ', '-')}.ts`, content);
    const text = await complaint(train('--reward', path));
    expect(text).toContain(message.replace('FILE', path));
    expect(text).toContain(path);
  });
});

describe.concurrent('flags', () => {
  test.each([
    [['fly'], "unknown command 'fly'"],
    [['train', '--fast'], "unknown option '--fast'"],
    [['train', '--device', 'abacus'], "option '--device <kind>' argument 'abacus' is invalid."],
    [['train', '--threads', '0'], "option '--threads <n>' argument '0' is invalid."],
    [['train', '--seed', 'x'], "option '--seed <n>' argument 'x' is invalid."],
    [['sample', '--prompt', '1+1?'], "required option '--model <folder>' not specified"],
    [['sample', '--model', 'nano-E'], "required option '--prompt <text>' not specified"],
    [['eval', '--model', 'nano-E'], "required option '--data <files...>' not specified"],
    [['report'], "missing required argument 'run'"],
    [['report', 'nowhere'], 'nowhere/events.jsonl: no such file'],
    [['train', '--resume', 'nowhere'], 'nowhere: is no run folder (it has no config.json)'],
    [['sft', '--resume', 'nowhere'], 'nowhere: is no run folder (it has no config.json)'],
    [['train', '--resume', 'nowhere', '--set', 'steps=3'], '--resume takes the configuration of the run; leave out --set'],
    [['train', '--resume', 'nowhere', '--seed', '3'], '--resume takes the configuration of the run; leave out --seed'],
  ] as const)('or1 %p', async (words, message) => {
    expect(await complaint(words)).toStartWith(message);
  });
});

test('lines on the stdin of score', async () => {
  const score = ['score', '--model', 'nano-E'];
  expect(await complaint(score, '{"id":1}\n')).toStartWith('stdin line 1: give {"id": …, "text": "…"} or ');
  expect(await complaint(score, '{"id":1,"tokens":[60]}\n')).toBe('stdin line 1: token 60 is not in the vocabulary of 60');
  const long = JSON.stringify({ id: 1, tokens: Array.from({ length: 257 }, () => 3) });
  expect(await complaint(score, `\n${long}\n`)).toBe('stdin line 2: 257 tokens, the model was made for 256 positions');
});

test('a weight that is no number: the work fails with exit code 1 and says so', async () => {
  const folder = await brokenModel(scratch, 'an infinite weight');
  const { exitCode, stdout, stderr } = await or1(['train', '--json', '--out', join(scratch, 'noise'), ...SMALL, '--model', folder]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(/^or1: nano\/.*: the model gives a token of its own a log-probability of NaN; its weights are damaged, or/m);
});

test('training that diverges says so too', async () => {
  const words = ['train', '--json', '--out', join(scratch, 'diverged'), ...SMALL, ...sets('learningRate=1e30', 'eval.problems=0')];
  const { exitCode, stderr } = await or1(words);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(
    /^or1: nano\/.*: .* log-probability of NaN; .* training has diverged \(go back to an earlier checkpoint and lower/m,
  );
});

test('a checkpoint that was changed, and a run that another process works on', async () => {
  const folder = join(scratch, 'changed');
  await or1Json(['train', '--out', folder, ...SMALL, ...sets('eval.problems=0', 'steps=1')]);
  const config = Bun.file(join(folder, 'checkpoints/step-1/config.json'));
  const text = await config.text();
  await config.write(`${text} `);
  const { exitCode, stderr } = await or1(['train', '--json', '--threads', '1', '--resume', folder]);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(
    /^or1: .*step-1\/config\.json: differs from what was written; remove .*step-1 to go on from the checkpoint before it$/m,
  );

  await config.write(text);
  await file('changed/lock', JSON.stringify({ pid: process.pid, host: hostname() }));
  expect(await complaint(['train', '--json', '--threads', '1', '--resume', folder])).toStartWith(
    `${folder}: process ${process.pid} on ${hostname()} works on this run; stop it`,
  );
});
