import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'or1-curate-'));
});
afterAll(() => rm(root, { recursive: true }));

function start(args: readonly string[]) {
  return Bun.spawn([process.execPath, join(import.meta.dir, '../main.ts'), 'curate', ...args], {
    cwd: root,
    stdout: 'pipe',
    stderr: 'pipe',
  });
}

async function curate(args: readonly string[]) {
  const child = start(args);
  const [stdout, stderr, code] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited]);
  return { code, stdout, stderr, result: code === 0 && args.includes('--json') ? JSON.parse(stdout.trimEnd().split('\n').at(-1)!) : null };
}

const write = (name: string, content: unknown) =>
  Bun.write(join(root, name), typeof content === 'string' ? content : JSON.stringify(content));
const jsonl = (rows: readonly unknown[]) => rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join('');
const lines = (path: string) => {
  const bytes = readFileSync(join(root, path));
  const text = path.endsWith('.gz') ? new TextDecoder().decode(Bun.gunzipSync(bytes)) : bytes.toString();
  return text.trim() === ''
    ? []
    : text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
};
const hashOf = (path: string) => Bun.hash(readFileSync(join(root, path)));

const SUM = 'Ann has 3 apples and buys 4 more. How many apples does she have?';
const mathRows = [
  { problem: SUM, answer: '7', solution: 'She has \\boxed{7}.' },
  { problem: `  ${SUM} `, answer: '7', solution: 'Again \\boxed{7}.' },
  { problem: 'A train runs 60 km in 2 hours. What is its speed in km per hour?', answer: '30', solution: 'It is \\boxed{31}.' },
  { problem: 'In the figure below, find the angle at the top of the triangle.', answer: '40', solution: '\\boxed{40}' },
  { problem: 'What is the largest prime below one hundred?', answer: '', solution: '\\boxed{97}' },
];
const check = (body: string) => `def check(candidate):\n${body}`;
const codeRows = [
  {
    task_id: 'a/0',
    prompt: 'def double(x):\n    """Give back twice the number."""\n',
    entry_point: 'double',
    canonical_solution: '    return 2 * x\n',
    test: check('    assert candidate(1) == 2\n    assert candidate(4) == 8\n'),
  },
  {
    task_id: 'a/1',
    prompt: 'def last(items):\n    """The final element of a list that is not empty."""\n',
    entry_point: 'last',
    canonical_solution: '    return items[0]\n',
    test: check('    assert candidate([1, 2]) == 2\n    assert candidate([3]) == 3\n'),
  },
  {
    task_id: 'a/2',
    prompt: 'def nothing():\n    """Give back an empty text."""\n',
    entry_point: 'nothing',
    canonical_solution: "    return ''\n",
    test: check('    pass\n'),
  },
];

describe('files in, one training set out', () => {
  const args = ['--in', 'math.jsonl', 'code.jsonl', '--out', 'out/train.jsonl', '--json'];

  test('the JSON that is promised, every dropped row with its reason, and a second run that asks for nothing', async () => {
    await write('math.jsonl', jsonl(mathRows));
    await write('code.jsonl', jsonl(codeRows));
    const { code, result, stderr } = await curate(args);
    expect(stderr).toContain('references: 3 in, 2 stay');
    expect(code).toBe(0);
    expect(result).toMatchObject({ in: 8, out: 2, skipped: [], wall_s: expect.any(Number), peak_memory_bytes: expect.any(Number) });
    const reasons = Object.fromEntries(result.stages.map((stage: { name: string; reasons: object }) => [stage.name, stage.reasons]));
    expect(reasons).toMatchObject({
      answers: { 'solution gives another answer': 1 },
      filters: { figure: 1 },
      duplicates: { 'exact duplicate': 1 },
      'test-suites': { 'empty test suite': 1 },
      references: { 'reference solution fails its tests': 1 },
    });
    for (const stage of result.stages)
      expect(stage).toMatchObject({ kept: expect.any(Number), dropped: expect.any(Number), wall_s: expect.any(Number) });
    expect(result.by_source).toMatchObject({ math: { in: 5, kept: 1, out: 1 }, code: { in: 3, kept: 1, out: 1 } });

    const kept = lines('out/train.jsonl');
    expect(kept.map((record) => record.extra_info.provenance.id).sort()).toEqual(['code#0', 'math#0']);
    const math = kept.find(({ ability }) => ability === 'math');
    expect(math).toMatchObject({ prompt: [{ role: 'user', content: SUM }], reward_model: { style: 'rule', ground_truth: '["7"]' } });
    expect(math.extra_info.provenance.trail.map(({ stage }: { stage: string }) => stage)).toEqual([
      'normalise',
      'answers',
      'filters',
      'duplicates',
    ]);
    const gone = lines('out/train-dropped.jsonl.gz');
    expect(gone).toHaveLength(6);
    expect(gone.every(({ reason }) => reason.length > 0)).toBeTrue();
    expect(gone.find(({ reason }) => reason === 'exact duplicate')).toMatchObject({ id: 'math#1', like: { id: 'math#0', similarity: 1 } });
    expect(existsSync(join(root, 'out/curation-report.html'))).toBeTrue();

    const before = [hashOf('out/train.jsonl'), hashOf('out/train-dropped.jsonl.gz')];
    const again = await curate(args);
    expect([hashOf('out/train.jsonl'), hashOf('out/train-dropped.jsonl.gz')]).toEqual(before);
    const asked = again.result.stages.filter(({ name }: { name: string }) => ['answers', 'references', 'duplicates'].includes(name));
    expect(asked.map(({ remembered }: { remembered: number }) => remembered)).toEqual([4, 5, 2]);
    expect((await readdir(join(root, 'out'))).filter((name) => name.includes('.part'))).toEqual([]);
  });
});

describe('rows that cannot be read', () => {
  const args = ['--in', 'bad.jsonl', '--out', 'bad/train.jsonl'];

  test('end the run with file, line and field; or are listed', async () => {
    await write('bad.jsonl', jsonl([mathRows[0], '{"problem": "cut', { problem: 'no answer here' }]));
    const stopped = await curate(args);
    expect(stopped.code).toBe(2);
    expect(stopped.stderr).toContain('bad.jsonl:2: not valid JSON');
    expect(stopped.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(existsSync(join(root, 'bad/train.jsonl'))).toBeFalse();
    const { result, stderr } = await curate([...args, '--on-error', 'skip', '--json']);
    expect(result).toMatchObject({ in: 3, out: 1, read: { left: { 'unreadable row': 2 } } });
    expect(result.skipped).toEqual([
      { place: 'bad.jsonl:2', detail: expect.stringContaining('not valid JSON') },
      { place: 'bad.jsonl:3', detail: expect.stringContaining('no column answer|Answer') },
    ]);
    expect(stderr).toContain('unreadable row: bad.jsonl:3');
  });
});

describe('wrong input is told in one line, with exit code 2', () => {
  const source = { name: 's', files: ['math.jsonl'], licence: 'MIT' };
  test.each([
    ['nothing to do', [], 'give either --config FILE, or --in FILES'],
    ['no place to write', ['--in', 'math.jsonl'], 'give --out FILE'],
    ['a format that is none', ['--in', 'math.jsonl', '--out', 'x.csv'], 'end the name in .jsonl, .jsonl.gz, .jsonl.zst, .parquet'],
    ['a file that is not there', ['--in', 'nowhere.jsonl', '--out', 'x.jsonl'], 'nowhere.jsonl: no such file'],
    ['a configuration that is not there', ['--config', 'nowhere.yaml'], 'nowhere.yaml'],
  ] as const)('%s', async (_, args, message) => {
    const { code, stderr } = await curate(args);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
  });

  test.each([
    ['an unknown key', { sources: [source], stagse: [] }, 'stagse'],
    ['a source without a licence', { sources: [{ name: 's', files: ['math.jsonl'] }] }, 'sources.0.licence'],
    ['an unknown stage', { sources: [source], stages: ['dedupe'] }, 'there is no stage dedupe; known are normalise'],
    ['an option that is none', { sources: [source], stages: [{ answers: { unmarked: 'perhaps' } }] }, 'stage answers: unmarked'],
    [
      'an endpoint that is not declared',
      { sources: [source], stages: [{ difficulty: { model: { endpoint: 'e', model: 'm' } } }] },
      'there is no endpoint e',
    ],
    ['an unknown mapping', { sources: [{ ...source, mapping: 'mathh' }] }, 'there is no column mapping mathh'],
  ] as const)('%s in the configuration', async (_, configuration, message) => {
    await write('math.jsonl', jsonl(mathRows));
    await write('wrong.json', configuration);
    const { code, stderr } = await curate(['--config', 'wrong.json', '--out', 'w/train.jsonl']);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});

describe('a run that is killed', () => {
  const servers: { stop: (force: boolean) => Promise<void> }[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop(true);
  });

  test('goes on where it stood: the same bytes, and no vote is paid for twice', async () => {
    let asked = 0;
    const server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      async fetch(request) {
        asked++;
        const { seed, messages } = (await request.json()) as { seed: number; messages: { content: string }[] };
        await Bun.sleep(3);
        const isValid = (messages[1]!.content.length + seed) % 3 > 0;
        const message = { role: 'assistant', content: `VERDICT: ${isValid ? 'VALID' : 'INVALID'}` };
        return Response.json({
          choices: [{ index: 0, finish_reason: 'stop', message }],
          usage: { prompt_tokens: 10, completion_tokens: 3 },
        });
      },
    });
    servers.push(server);
    const rows = Array.from({ length: 40 }, (_, n) => ({ problem: `Add ${n} and ${'9'.repeat(n % 7)}1.`, answer: `${n}` }));
    await write('votes.jsonl', jsonl(rows));
    const judges = ['a', 'b'].map((model) => ({ endpoint: 'local', model }));
    await write('votes.json', {
      sources: [{ name: 'sums', files: ['votes.jsonl'], licence: 'MIT' }],
      endpoints: { local: { url: `http://127.0.0.1:${server.port}/v1`, concurrency: 4, price: { prompt: 1, completion: 2 } } },
      stages: ['normalise', { quality: { votes: 4, keepFrom: 6, judges } }],
    });
    const whole = await curate(['--config', 'votes.json', '--out', 'whole/train.parquet', '--json']);
    const votes = 40 * 8;
    expect(asked).toBe(votes);
    expect(whole.result.endpoints.local).toMatchObject({ asked: votes, promptTokens: 10 * votes, cost: (votes * (10 + 6)) / 1e6 });
    expect(whole.result.out).toBeGreaterThan(0);
    expect(whole.result.out).toBeLessThan(40);

    asked = 0;
    const args = ['--config', 'votes.json', '--out', 'killed/train.parquet', '--json'];
    const child = start(args);
    while (asked < votes / 2) await Bun.sleep(1);
    child.kill('SIGKILL');
    await child.exited;
    expect(existsSync(join(root, 'killed/train.parquet'))).toBeFalse();
    await Bun.sleep(20);
    const first = asked;
    const { result } = await curate(args);
    // What was under way when it was killed was asked and not written down.
    expect(asked - votes).toBeLessThanOrEqual(8);
    expect(asked - first).toBeLessThan(votes * 0.6);
    expect(hashOf('killed/train.parquet')).toBe(hashOf('whole/train.parquet'));
    expect(hashOf('killed/train-dropped.jsonl.gz')).toBe(hashOf('whole/train-dropped.jsonl.gz'));
    expect(result.out).toBe(whole.result.out);
  });

  test('an interrupt ends with 130 and says how to go on', async () => {
    const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Promise<Response>(() => undefined) });
    servers.push(server);
    await write('wait.jsonl', jsonl([{ problem: 'What is 1 + 1?', answer: '2' }]));
    await write('wait.json', {
      sources: [{ name: 's', files: ['wait.jsonl'], licence: 'MIT' }],
      endpoints: { local: { url: `http://127.0.0.1:${server.port}/v1` } },
      stages: [{ difficulty: { model: { endpoint: 'local', model: 'm' } } }],
    });
    const child = start(['--config', 'wait.json', '--out', 'wait/train.jsonl']);
    while (server.pendingRequests === 0) await Bun.sleep(5);
    child.kill('SIGINT');
    expect(await child.exited).toBe(130);
    expect(await new Response(child.stderr).text()).toContain('the same command goes on from here');
  });
});

test('difficulty by our own engine: stored per model, the same on every run, and only between the ends kept', async () => {
  const rows = [
    [44, 19, 35],
    [10, 20, 30],
    [25, 5, 2],
    [50, 8, 4],
    [75, 3, 6],
    [12, 7, 5],
  ].map((nums) => ({ nums, target: nums.reduce((sum, number) => sum + number, 0) }));
  await write('sums.jsonl', jsonl(rows));
  await write('difficulty.json', {
    sources: [{ name: 'countdown', files: ['sums.jsonl'], licence: 'MIT' }],
    stages: ['normalise', { difficulty: { model: { folder: 'nano-E' }, otherSamples: 8, maxTokens: 96 } }],
  });
  const run = (out: string) => curate(['--config', 'difficulty.json', '--out', `${out}/train.jsonl`, '--json', '--threads', '1']);
  const { result, stderr, code } = await run('d1');
  if (code !== 0) throw new Error(stderr);
  const [, stage] = result.stages;
  expect(stage.name).toBe('difficulty-nano-E');
  expect(stage.failed).toBe(0);
  expect(Object.keys(stage.reasons).every((reason) => ['never solved', 'always solved'].includes(reason))).toBeTrue();
  const kept = lines('d1/train.jsonl');
  expect(kept.length).toBe(result.out);
  expect(kept.length).toBeGreaterThan(0);
  for (const { extra_info } of kept) {
    const { solved, of } = JSON.parse(extra_info.provenance.trail[1].note);
    expect(of).toBe(8);
    expect(extra_info.model_difficulty['nano-E']).toBe(16 - 2 * solved);
  }
  await run('d2');
  expect(hashOf('d2/train.jsonl')).toBe(hashOf('d1/train.jsonl'));
});
