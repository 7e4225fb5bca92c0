/**
 * The code verifier's rate: responses a second with fresh state each, on both sandboxes, beside a plain unprotected `python3` process for
 * each response in the same run. Mixes: HumanEval and LeetCode from `../shared/data` where this checkout has them, and a small one of our own.
 *
 * Run alone: `bun bench/src/verify-code.ts`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CodeItem, createCodeVerifier, createWasmSandbox, type Sandbox, WASM_TIME_FACTOR } from '@or1/reward/code';
import { createNativeSandbox, NativeUnavailable } from '@or1/reward/native';
import { type BenchOptions, type Row, row } from './bench.ts';

export const name = 'verify-code';

/** A program and its tests, both as an item and as one plain script that fails by its exit status. */
interface Task {
  readonly item: CodeItem;
  readonly script: string;
}

const PYTHON = '/usr/bin/python3';
const SHARED = join(import.meta.dir, '../../../shared/data');

/** Responses judged at the same time: the figures are for two cores. */
const CONCURRENCY = 2;
/** Responses of each mix. */
const RESPONSES = 164;
const ROUNDS = 3;

interface Measurement {
  readonly rate: number;
  readonly firstVerdictS: number;
  readonly peakBytes: number;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

export async function run({ say }: Pick<BenchOptions, 'say'>): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const mix of readMixes(RESPONSES)) {
    const shape = `${mix.name}, ${mix.tasks.length} responses, ${CONCURRENCY} at a time`;
    say(`verify-code: ${shape}`);
    // In turns, so that whatever else the machine does falls on all of them alike.
    const plain: number[] = [];
    const measured = new Map<Sandbox['name'], Measurement[]>();
    for (let round = 0; round < ROUNDS; round++) {
      if (existsSync(PYTHON)) plain.push(await timePlain(mix.tasks));
      for (const create of [createNativeSandbox, createWasmSandbox]) {
        const sandbox = tryCreate(create, say);
        if (!sandbox) continue;
        const before = measured.get(sandbox.name) ?? [];
        measured.set(sandbox.name, [...before, await timeVerifier(sandbox, mix.tasks)]);
      }
    }
    const peer = plain.length === 0 ? null : { name: 'a plain python3 process a response', value: median(plain) };
    for (const [sandbox, rounds] of measured) {
      const rates = rounds.map(({ rate }) => rate);
      rows.push(row(name, `${sandbox}: ${shape}`, median(rates), 'responses/s', { peer, best: Math.max(...rates), repetitions: ROUNDS }));
      rows.push(row(name, `${sandbox}: first verdict, ${mix.name}`, median(rounds.map(({ firstVerdictS }) => firstVerdictS)), 's'));
      rows.push(
        row(name, `${sandbox}: peak memory of this process, ${mix.name}`, Math.max(...rounds.map(({ peakBytes }) => peakBytes)), 'bytes'),
      );
    }
  }
  rows.push(...(await loopRows()));
  return rows;
}

function tryCreate(create: () => Sandbox, say: BenchOptions['say']): Sandbox | null {
  try {
    return create();
  } catch (error) {
    if (!(error instanceof NativeUnavailable)) throw error;
    say(error.message);
    return null;
  }
}

/** Judges all tasks with a new verifier; every one must be found correct, or the figure would mean nothing. */
async function timeVerifier(sandbox: Sandbox, tasks: readonly Task[]): Promise<Measurement> {
  const verifier = createCodeVerifier({ sandbox, concurrency: CONCURRENCY });
  const begun = performance.now();
  let firstVerdictS = Number.NaN;
  let peakBytes = 0;
  const judged = await verifier.verifyAll(
    tasks.map(({ item }) => item),
    {
      onProgress: (done) => {
        if (done === 1) firstVerdictS = (performance.now() - begun) / 1000;
        peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
      },
    },
  );
  const seconds = (performance.now() - begun) / 1000;
  await verifier.close();
  const wrong = judged.find(({ verdict }) => verdict !== 'correct');
  if (wrong) throw new Error(`${sandbox.name}: a reference was not found correct: ${wrong.evidence}`);
  return { rate: tasks.length / seconds, firstVerdictS, peakBytes };
}

async function timePlain(tasks: readonly Task[]): Promise<number> {
  const begun = performance.now();
  let next = 0;
  const work = async (): Promise<void> => {
    for (let task = tasks[next++]; task; task = tasks[next++]) {
      const child = Bun.spawn([PYTHON, '-'], { stdin: new TextEncoder().encode(task.script), stdout: 'ignore', stderr: 'ignore' });
      if ((await child.exited) !== 0) throw new Error('plain python3 refused a reference');
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return tasks.length / ((performance.now() - begun) / 1000);
}

const LOOP =
  'x = 0\nfor i in range(3_000_000):\n    x += i * i % 7\nd = {}\nfor i in range(500_000):\n    d[i % 1000] = d.get(i % 1000, 0) + 1\nprint(x)';

/** How much longer a loop takes in wasm: the factor that its time limits are scaled by. */
async function loopRows(): Promise<Row[]> {
  if (!existsSync(PYTHON)) return [];
  const begun = performance.now();
  const child = Bun.spawn([PYTHON, '-c', LOOP], { stdout: 'ignore', stderr: 'ignore' });
  await child.exited;
  const plainMs = performance.now() - begun;
  const verifier = createCodeVerifier({ concurrency: 1 });
  const item = { response: `\`\`\`python\n${LOOP}\n\`\`\``, groundTruth: { inputs: [''], outputs: ['5999999'] } };
  const judged = await verifier.verify(item);
  await verifier.close();
  if (judged.verdict !== 'correct') throw new Error(`the loop was not found correct: ${judged.evidence}`);
  const factor = judged.testEvidence[0]!.durationMs / plainMs;
  return [
    row(name, `wasm: integer and dictionary loops against ${plainMs.toFixed(0)} ms of plain python3`, factor, 'times', {
      note: `time limits in wasm are scaled by ${WASM_TIME_FACTOR}`,
    }),
  ];
}

function readMixes(responses: number): { name: string; tasks: Task[] }[] {
  const mixes = [{ name: 'own arithmetic', tasks: Array.from({ length: responses }, (_, index) => ownTask(index)) }];
  const humanEval = readRows(join(SHARED, 'humaneval/HumanEval.jsonl.gz')).slice(0, responses);
  const leetCode = readRows(join(SHARED, 'leetcode/LeetCodeDataset-v0.2.0-train.jsonl.gz'))
    // Third-party modules are on no sandbox; one row's expected order depends on the hash seed; one computes for seconds.
    .filter(
      (one) =>
        !/sortedcontainers|numpy/.test(one.completion!) && !/^(word-ladder-ii|greatest-common-divisor-traversal)$/.test(one.task_id!),
    );
  const every = Math.max(1, Math.floor(leetCode.length / responses));
  const spread = leetCode.filter((_, index) => index % every === 0).slice(0, responses);
  if (humanEval.length > 0)
    mixes.push({ name: 'HumanEval', tasks: humanEval.map((one) => checkTask('', one.prompt! + one.canonical_solution!, one)) });
  if (spread.length > 0) mixes.push({ name: 'LeetCode', tasks: spread.map((one) => checkTask(one.prompt!, one.completion!, one)) });
  return mixes;
}

type DataRow = Readonly<Record<string, string | undefined>>;

function readRows(path: string): DataRow[] {
  if (!existsSync(path)) return [];
  const text = new TextDecoder().decode(Bun.gunzipSync(readFileSync(path)));
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as DataRow);
}

function checkTask(prefix: string, code: string, { entry_point: entryPoint, test }: DataRow): Task {
  return {
    item: { response: `\`\`\`python\n${code}\n\`\`\``, groundTruth: { import_prefix: prefix, entry_point: entryPoint, test_code: test } },
    script: `${prefix}\n${code}\n${test}\ncheck(${entryPoint})\n`,
  };
}

function ownTask(index: number): Task {
  const code = `def solve(values):\n    return sorted(value * ${index + 2} for value in values)\n`;
  const lines = [3, 7].map((size) => {
    const values = Array.from({ length: size }, (_, at) => (at * 37) % 11);
    const expected = values.map((value) => value * (index + 2)).sort((a, b) => a - b);
    return `    assert candidate(${JSON.stringify(values)}) == ${JSON.stringify(expected)}\n`;
  });
  return checkTask('', code, { entry_point: 'solve', test: `def check(candidate):\n${lines.join('')}` });
}

if (import.meta.main) {
  for (const { shape, value, unit, peer, ratio_to_peer: ratio } of await run({ say: (text) => console.error(text) })) {
    const beside = ratio === null ? '' : `  ${ratio.toFixed(2)} of ${peer!.toFixed(1)}`;
    console.log(`${shape.padEnd(72)} ${value.toFixed(2).padStart(12)} ${unit}${beside}`);
  }
}
