import { availableParallelism } from 'node:os';
import { type CodeJudgement, type CodeVerifier, createCodeVerifier, createWasmSandbox, type Sandbox } from '@or1/reward/code';
import { createNativeSandbox, NativeUnavailable } from '@or1/reward/native';
import { InputError } from '@or1/trainer';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { addCommonOptions, type CommonOptions } from '../cli/common-options.ts';
import { createOutput } from '../cli/output.ts';
import { stdinLines } from '../stdin-lines.ts';

const PROGRESS_MS = 1_000;
const LINE = '{"id": …, "response": "…", "ground_truth": …}, one object a line';

/** One line of input; other fields are ignored. What is wrong with `ground_truth` itself is a verdict, not an error of ours. */
const caseSchema = z.object({
  id: z.union([z.string(), z.number()]),
  response: z.string(),
  ground_truth: z.unknown(),
});

type CodeCase = z.infer<typeof caseSchema>;

interface VerifyCodeFlags extends CommonOptions {
  readonly sandbox: Sandbox['name'];
}

function readCase(line: string, number: number): CodeCase {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new InputError(`stdin line ${number}: not JSON; give ${LINE}`, { cause: error });
  }
  const parsed = caseSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InputError(`stdin line ${number}: ${issue?.path.join('.') || 'the line'}: ${issue?.message}; give ${LINE}`);
}

const toRecord = (id: string | number, judgement: CodeJudgement): object => ({
  id,
  verdict: judgement.verdict,
  extracted: judgement.extracted,
  ms: Number(judgement.durationMs.toFixed(3)),
  evidence: judgement.evidence,
  tests: judgement.tests,
  sandbox: judgement.sandbox,
});

/** Makes the sandbox and opens it once, so that what is missing on this machine is said before any work. */
async function openSandbox(name: Sandbox['name']): Promise<Sandbox> {
  try {
    const sandbox = name === 'native' ? createNativeSandbox() : createWasmSandbox();
    await (await sandbox.openSlot()).close();
    return sandbox;
  } catch (error) {
    if (name === 'native' && !(error instanceof NativeUnavailable)) throw error;
    throw new InputError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Judges lines as they come, several at a time, and prints each verdict as soon as those of the lines before it are out. */
async function judgeStream(verifier: CodeVerifier, concurrency: number, print: (record: object) => void): Promise<void> {
  const started = performance.now();
  let told = started;
  let judged = 0;
  const show = (record: object): void => {
    print(record);
    judged++;
    if (performance.now() - told > PROGRESS_MS) {
      told = performance.now();
      process.stderr.write(`${judged} judged, ${(judged / ((told - started) / 1000)).toFixed(1)} a second\n`);
    }
  };
  // Enough ahead of the printer that one slow response does not leave the other places idle.
  const ahead = 16 * concurrency;
  const printed: Promise<void>[] = [];
  let number = 0;
  for await (const line of stdinLines()) {
    number++;
    if (line.trim() === '') continue;
    const { id, response, ground_truth: groundTruth } = readCase(line, number);
    const judgement = verifier.verify({ id: String(id), response, groundTruth });
    const before = printed.at(-1) ?? Promise.resolve();
    const shown = Promise.all([judgement, before]).then(([found]) => show(toRecord(id, found)));
    shown.catch(() => undefined);
    printed.push(shown);
    if (printed.length > ahead) await printed.shift();
  }
  await Promise.all(printed);
}

async function verifyCodeCommand(flags: VerifyCodeFlags): Promise<void> {
  const output = createOutput(flags.json);
  const concurrency = flags.threads ?? availableParallelism();
  const verifier = createCodeVerifier({ sandbox: await openSandbox(flags.sandbox), concurrency });
  try {
    await judgeStream(verifier, concurrency, (record) => output.record(record));
  } finally {
    await verifier.close();
  }
}

/** Adds `or1 verify code`. */
export function register(verify: Command): void {
  addCommonOptions(verify.command('code'))
    .description(
      'judges Python by its tests: {id, response, ground_truth} a line in, {id, verdict, extracted, ms, evidence, tests, sandbox} a line out',
    )
    .addOption(
      new Option('--sandbox <name>', 'where programs run; native needs Linux and bubblewrap').choices(['wasm', 'native']).default('wasm'),
    )
    .action((flags: VerifyCodeFlags) => verifyCodeCommand(flags));
}
