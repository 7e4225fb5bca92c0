import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'or1-command-'));
});
afterAll(() => rm(root, { recursive: true }));

function start(args: readonly string[], stdin = '') {
  return Bun.spawn([process.execPath, join(import.meta.dir, 'main.ts'), ...args], {
    cwd: root,
    stdin: Buffer.from(stdin),
    stdout: 'pipe',
    stderr: 'pipe',
  });
}

async function or1(args: readonly string[], stdin = '') {
  const child = start(args, stdin);
  const [stdout, stderr, code] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited]);
  return { code, stdout, stderr, lastLine: stdout.trimEnd().split('\n').at(-1) ?? '' };
}

/** A run of the nano preset that takes a second or two. */
const TINY = [
  'stages[0].steps=1',
  'stages[1].steps=1',
  'stages[0].contextLength=40',
  'stages[1].contextLength=48',
  'promptsPerStep=6',
  'samplesPerPrompt=4',
  'eval.problems=6',
].flatMap((assignment) => ['--set', assignment]);

describe('wrong input is told in one line on stderr, with exit code 2', () => {
  test.each([
    ['an unknown flag', ['train', '--bogus'], "unknown option '--bogus'"],
    ['an unknown command', ['trian'], "unknown command 'trian'"],
    ['an unknown key', ['train', '--set', 'entropy.traget=1'], 'did you mean entropy.target?'],
    ['an unknown preset', ['train', '--preset', 'nanno'], 'known: nano, '],
    ['a preset without a model', ['train', '--preset', 'or1-32b'], 'give --model DIR'],
    ['a model that is not there', ['train', '--model', 'nowhere'], 'nowhere: no such model folder'],
    ['a data file that is not there', ['train', '--data', 'nowhere.jsonl'], 'nowhere.jsonl'],
    ['a run folder that is none', ['train', '--resume', 'nowhere'], 'is no run folder'],
    ['a resumed run with flags of its own', ['train', '--resume', 'x', '--set', 'steps=3'], 'leave out --set'],
    ['a number that is none', ['train', '--threads', 'two'], 'whole number'],
    ['a device that is none', ['train', '--device', 'tpu'], 'Allowed choices are auto, wasm, webgpu, reference'],
    ['a report of no run', ['report', 'nowhere'], 'nowhere'],
    ['a missing flag', ['eval', '--model', 'nano-E'], "required option '--data <files...>'"],
  ] as const)('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await or1(args);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
    expect(code).toBe(2);
    expect(existsSync(join(root, 'runs'))).toBe(false);
  });

  test('an existing folder is never overwritten', async () => {
    await Bun.write(join(root, 'taken/notes.txt'), 'mine');
    const { code, stderr } = await or1(['train', '--out', 'taken']);
    expect(stderr).toContain('taken: exists already; go on with --resume taken, or choose another folder with --out');
    expect(code).toBe(2);
    expect(await readdir(join(root, 'taken'))).toEqual(['notes.txt']);
  });

  test.skipIf(!existsSync('/sys/kernel'))('a folder that cannot be written', async () => {
    const { code, stderr } = await or1(['train', ...TINY, '--out', '/sys/kernel/or1']);
    expect(stderr).toContain('choose another folder with --out');
    expect(code).toBe(2);
  });

  test('a malformed line of score is named by its number', async () => {
    const { code, stderr } = await or1(['score', '--model', 'nano-E'], '{"id":1,"text":"1+1?"}\n{"text":"2"}\n');
    expect(stderr).toContain('stdin line 2');
    expect(code).toBe(2);
  });
});

describe('help', () => {
  test('lists every command and ends with 0', async () => {
    const { code, stdout } = await or1(['--help']);
    for (const command of ['train', 'sft', 'eval', 'sample', 'score', 'verify', 'curate', 'report', 'doctor'])
      expect(stdout).toContain(`  ${command} `);
    expect(code).toBe(0);
    expect((await or1(['train', '--help'])).stdout).toContain('--dry-run');
  });
});

describe('train', () => {
  test('--dry-run prints the resolved configuration and an estimate, and writes nothing', async () => {
    const { code, lastLine } = await or1(['train', '--preset', 'or1-7b', '--dry-run', '--json', '--set', 'steps=700', '--seed', '9']);
    const { configuration, stages, estimate } = JSON.parse(lastLine);
    expect(code).toBe(0);
    expect(configuration).toMatchObject({ preset: 'or1-7b', seed: 9, steps: 700 });
    expect(stages).toHaveLength(2);
    expect(estimate.memory_bytes.total).toBeGreaterThan(1e11);
    expect(existsSync(join(root, 'runs'))).toBe(false);
    expect(JSON.parse((await or1(['train', '--preset', 'or1-7b-script-8k', '--dry-run', '--json'])).lastLine).estimate).toBeNull();
  });

  test('with --json stdout ends in one JSON object with the promised keys; prose goes to stderr', async () => {
    const out = join(root, 'run');
    const { code, stdout, stderr, lastLine } = await or1(['train', ...TINY, '--json', '--out', out, '--threads', '2']);
    expect(stderr).toContain('step 2/2');
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    const summary = JSON.parse(lastLine);
    expect(summary).toMatchObject({ run: out, preset: 'nano', steps: 2, ratio_max_deviation: 0, infrastructure_errors: 0 });
    for (const accuracy of [summary.base, summary.final])
      expect(accuracy).toMatchObject({ k: 1, n: 6, ci95: [expect.any(Number), expect.any(Number)] });
    for (const key of ['generated', 'trained', 'prompt']) expect(summary.tokens[key]).toBeGreaterThan(0);
    for (const key of ['generate_tok_s', 'train_tok_s', 'step_s']) expect(summary.rates[key]).toBeGreaterThan(0);
    for (const key of ['first', 'last', 'min']) expect(summary.entropy[key]).toBeGreaterThan(0);
    expect(summary.wall_s).toBeGreaterThan(0);
    expect(summary.peak_memory_bytes).toBeGreaterThan(1e7);
    expect(summary.rejected_share).toBeGreaterThanOrEqual(0);
    expect(existsSync(join(out, 'report.html'))).toBe(true);
    expect(existsSync(join(out, 'lock'))).toBe(false);

    const again = await or1(['train', '--resume', out, '--json']);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.lastLine)).toEqual({ ...summary, report: expect.any(String) });

    const csv = await or1(['report', out, '--format', 'csv', '--json']);
    expect(JSON.parse(csv.lastLine)).toEqual({ run: out, files: [`${out}/exports/steps.csv`, `${out}/exports/evaluations.csv`] });

    const model = join(out, 'checkpoints/step-2');
    const sample = JSON.parse(
      (await or1(['sample', '--model', model, '--prompt', '12+34?', '--n', '2', '--max-tokens', '20', '--json'])).lastLine,
    );
    expect(sample.samples).toHaveLength(2);
    for (const { tokens, logprobs, finish } of sample.samples) {
      expect(tokens).toHaveLength(logprobs.length);
      expect(['stop', 'length']).toContain(finish);
    }
  }, 60_000);

  test('Ctrl-C writes a checkpoint and exits with 130; the resumed run equals one that was left alone', async () => {
    const flags = [...TINY, '--set', 'stages[0].steps=6', '--set', 'eval.problems=0', '--set', 'dumpEvery=0', '--json'];
    const whole = JSON.parse((await or1(['train', ...flags, '--out', join(root, 'whole')])).lastLine);
    const out = join(root, 'interrupted');
    const child = start(['train', ...flags, '--out', out]);
    const decoder = new TextDecoder();
    let stderr = '';
    for await (const chunk of child.stderr) {
      stderr += decoder.decode(chunk);
      if (stderr.includes('step 2/') && !stderr.includes('Interrupted')) child.kill('SIGINT');
    }
    expect(await child.exited).toBe(130);
    expect(stderr).toContain(`Go on with: or1 train --resume ${out}`);
    expect(await readdir(join(out, 'checkpoints'))).toHaveLength(1);
    const resumed = await or1(['train', '--resume', out, '--json']);
    expect(resumed.code).toBe(0);
    const weights = async (run: string) => Bun.hash(await Bun.file(join(root, run, 'checkpoints/step-7/model.safetensors')).arrayBuffer());
    expect(await weights('interrupted')).toBe(await weights('whole'));
    expect(JSON.parse(resumed.lastLine).entropy).toEqual(whole.entropy);
  }, 60_000);
});

describe('other commands', () => {
  test('score gives a line a text: log-probabilities of each token given those before, the first null', async () => {
    const { code, stdout } = await or1(
      ['score', '--model', 'nano-E', '--json'],
      '{"id":"a","text":"12+34?"}\n{"id":2,"tokens":[58,3,4,12,5,6,26]}\n',
    );
    const [one, two] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(code).toBe(0);
    expect(one).toEqual({ ...two, id: 'a' });
    expect(one.tokens).toEqual([58, 3, 4, 12, 5, 6, 26]);
    expect(one.logprobs[0]).toBeNull();
    expect(one.logprobs.slice(1).every((value: number) => value < 0)).toBe(true);
    expect(one.entropies).toHaveLength(7);
  });

  test('eval tells accuracy by source and writes the samples', async () => {
    await Bun.write(join(root, 'problems.jsonl'), '{"nums":[1,2,3],"target":6}\n{"nums":[4,5,6],"target":15}\n');
    const out = join(root, 'evaluated');
    const args = ['eval', '--model', 'nano-E', '--data', 'problems.jsonl', '--k', '3', '--max-tokens', '64', '--out', out, '--json'];
    const { code, lastLine } = await or1(args);
    const result = JSON.parse(lastLine);
    expect(code).toBe(0);
    expect(result.tasks['countdown/3']).toMatchObject({ k: 3, n: 2, ci95: [expect.any(Number), expect.any(Number)] });
    for (const key of ['avg', 'pass', 'majority', 'mean_length', 'truncated_share'])
      expect(result.tasks['countdown/3'][key]).toBeGreaterThanOrEqual(0);
    expect((await Bun.file(join(out, 'samples.jsonl')).text()).trimEnd().split('\n')).toHaveLength(6);
    expect(JSON.parse((await or1([...args.slice(0, -3), '--out', `${out}-2`, '--json'])).lastLine).tasks).toEqual(result.tasks);
  });

  test('sft learns from prompts and responses', async () => {
    const rows = Array.from({ length: 8 }, (_, index) => ({ prompt: `1${index}+11?`, completion: `<>[${21 + index}]` }));
    await Bun.write(join(root, 'demonstrations.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const out = join(root, 'supervised');
    const flags = [
      '--model',
      'nano-E',
      '--data',
      'demonstrations.jsonl',
      '--set',
      'steps=5',
      '--set',
      'samplesPerStep=8',
      '--set',
      'tokenCap=64',
      '--set',
      'learningRate=1e-3',
    ];
    const { code, lastLine } = await or1(['sft', ...flags, '--out', out, '--json']);
    const result = JSON.parse(lastLine);
    expect(code).toBe(0);
    expect(result).toMatchObject({ run: out, steps: 5, tokens: 5 * 8 * '<>[21]'.length + 5 * 8 });
    expect(result.loss.last).toBeLessThan(result.loss.first);
    expect(existsSync(join(out, 'checkpoints/step-5/config.json'))).toBe(true);
  });

  test('doctor finds a working device', async () => {
    const { code, lastLine } = await or1(['doctor', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(lastLine)).toMatchObject({
      ok: true,
      wasm: { ok: true, simd: true },
      webgpu: expect.anything(),
      sandboxes: expect.anything(),
    });
  });
});
