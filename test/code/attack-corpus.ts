/** Reads the attack corpus and judges each attack beside an honest program in the same verifier. */
import { readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import type { CodeJudgement, CodeVerifier } from '@or1/reward/code';

export interface Attack {
  readonly name: string;
  /** What it tries: the file's first line. */
  readonly tries: string;
  /** Which form of tests it is judged by: the file's second line. */
  readonly form: 'function' | 'check' | 'stdio' | 'assert';
  readonly source: string;
}

const FOLDER = join(import.meta.dir, '../attacks/code');

/** @param hostPort where a listener of the host waits for attacks that get through to it (`HOST_PORT` in their sources) */
export function readAttacks(hostPort: number): Attack[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.py'))
    .sort()
    .map((file) => {
      const source = readFileSync(join(FOLDER, file), 'utf8').replaceAll('HOST_PORT', String(hostPort));
      const [tries, form] = source.split('\n');
      const match = /^# As: (function|check|stdio|assert)$/.exec(form ?? '');
      if (!tries?.startsWith('# Tries: ') || !match) throw new Error(`${file} must begin with "# Tries: ..." and "# As: <form>"`);
      return { name: file.slice(0, -3), tries: tries.slice('# Tries: '.length), form: match[1] as Attack['form'], source };
    });
}

/** A task whose answers no program can know beforehand: solve(x) = a x + b with numbers drawn anew each time. */
function secretTask(form: Attack['form']): { readonly groundTruth: unknown; readonly honest: string } {
  const [a, b] = crypto.getRandomValues(new Uint32Array(2)).map((number) => 100_000 + (number % 800_000)) as unknown as [number, number];
  const answer = (x: number): number => a * x + b;
  const definition = `def solve(x):\n    return ${a} * x + ${b}\n`;
  const [first, second] = [3, 11];
  if (form === 'stdio') {
    const groundTruth = { inputs: [`${first}\n`, `${second}\n`], outputs: [`${answer(first)}\n`, `${answer(second)}\n`] };
    return { groundTruth, honest: `print(${a} * int(input()) + ${b})\n` };
  }
  if (form === 'function') {
    const groundTruth = { fn_name: 'solve', inputs: [`${first}`, `${second}`], outputs: [`${answer(first)}`, `${answer(second)}`] };
    return { groundTruth, honest: definition };
  }
  const lines = [first, second].map((x) => `${form === 'check' ? 'candidate' : 'solve'}(${x}) == ${answer(x)}`);
  if (form === 'assert') {
    const close = `assert math.isclose(solve(2), ${answer(2)}) and sorted([solve(1)]) == [${answer(1)}] and abs(solve(5) - ${answer(5)}) < 1`;
    return { groundTruth: { assert_case: [...lines.map((line) => `assert ${line}`), close] }, honest: definition };
  }
  const testCode = `def check(candidate):\n${lines.map((line) => `    assert ${line}\n`).join('')}`;
  return { groundTruth: { import_prefix: 'from typing import *', entry_point: 'solve', test_code: testCode }, honest: definition };
}

export interface HostListener {
  readonly port: number;
  /** Connections so far. */
  connections(): number;
  close(): void;
}

/** A listener on a free port of the host, which no attack may reach. */
export async function listenOnHost(): Promise<HostListener> {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return { port: (server.address() as AddressInfo).port, connections: () => connections, close: () => server.close() };
}

export interface AttackResult {
  readonly attack: Attack;
  readonly judgement: CodeJudgement;
  /** What an honest program was judged right after. */
  readonly after: CodeJudgement;
}

const fence = (code: string): string => `\`\`\`python\n${code}\n\`\`\``;

/** Judges the attack, and then an honest program in the same place. */
export async function runAttack(verifier: CodeVerifier, attack: Attack): Promise<AttackResult> {
  const task = secretTask(attack.form);
  const judgement = await verifier.verify({ id: attack.name, response: fence(attack.source), groundTruth: task.groundTruth });
  const after = await verifier.verify({ id: 'honest', response: fence(task.honest), groundTruth: task.groundTruth });
  return { attack, judgement, after };
}

/** What is wrong with a result, or null: an attack must be judged incorrect without a trace of success, and leave the place healthy. */
export function complaint({ attack, judgement, after }: AttackResult): string | null {
  const evidence = [judgement.evidence, ...judgement.testEvidence.map(({ detail, errorTail }) => `${detail} ${errorTail}`)].join(' ');
  if (judgement.verdict !== 'incorrect') return `${attack.name}: ${judgement.verdict}: ${judgement.evidence}`;
  if (evidence.includes('ESCAPED')) return `${attack.name} escaped: ${judgement.evidence}`;
  if (after.verdict !== 'correct') return `${attack.name}: an honest program afterwards is ${after.verdict}: ${after.evidence}`;
  return null;
}
