import { recordSource } from '@or1/data';
import {
  checkRunFolder,
  evaluate,
  evaluationProblems,
  type LoadedProblems,
  loadProblems,
  makeFolder,
  openVerifier,
  writeSampleFile,
} from '@or1/trainer';
import type { Command } from 'commander';
import { addCommonOptions, type CommonOptions, nonnegativeNumber, positiveInteger, share } from '../cli/common-options.ts';
import { interruptSignal } from '../cli/interrupt.ts';
import { createOutput } from '../cli/output.ts';
import { openPolicy, responseCap } from '../local-model.ts';
import { formatNumber, formatShare } from '../numbers.ts';
import { describeFiles, timeStamp } from '../run-words.ts';

interface EvalFlags extends CommonOptions {
  readonly model: string;
  readonly data: readonly string[];
  readonly k: number;
  readonly temperature: number;
  readonly topP: number;
  readonly maxTokens?: number;
  readonly reward: string;
  readonly out?: string;
}

/** As in training: longer prompts are left out and counted. */
const PROMPT_LENGTH_CAP = 2048;

async function evalCommand(flags: EvalFlags): Promise<void> {
  const output = createOutput(flags.json);
  const out = flags.out ?? `runs/eval-${timeStamp()}`;
  await checkRunFolder(out);
  const loaded: LoadedProblems[] = [];
  const { device, policy, size } = await openPolicy(flags, flags.model, async (model) => {
    const promptLengthCap = Math.min(PROMPT_LENGTH_CAP, model.folder.config.maxPositions - 1);
    const problems = await loadProblems(flags.data, model.text, { promptLengthCap, columns: 'auto' });
    loaded.push(problems);
    output.say(describeFiles(problems));
    const promptCapacity = problems.longestPrompt;
    return { promptCapacity, contextLength: responseCap(model, promptCapacity, flags.maxTokens), samplesPerPrompt: flags.k };
  });
  const records = loaded[0]!.records;
  const { verifier, close } = await openVerifier(
    flags.reward,
    records.map(({ record }) => ({ ...record })),
  );
  const { signal, release } = interruptSignal(output.say, 'Interrupted: stopping.');
  try {
    const problems = evaluationProblems(recordSource('evaluation', records), records.length, policy);
    await makeFolder(out);
    const start = performance.now();
    const settings = {
      samples: flags.k,
      temperature: flags.temperature,
      topP: flags.topP,
      contextLength: size.contextLength,
      seed: flags.seed ?? 1,
      judgeTruncated: false,
    };
    const { result, groups, failures, unverifiable } = await evaluate(policy, verifier, problems, settings, { signal });
    const samples = `${out}/samples.jsonl`;
    await writeSampleFile(samples, groups);
    for (const [name, { avg, pass, majority, k, n, ci95 }] of Object.entries(result.by_source)) {
      const interval = `${formatShare(ci95[0])} to ${formatShare(ci95[1])}`;
      output.say(
        `${name}: avg@${k} ${formatShare(avg)} (${interval}), pass@${k} ${formatShare(pass)}, majority ${formatShare(majority)}, ${formatNumber(n)} problems`,
      );
    }
    for (const { problem, sample, evidence } of failures)
      output.say(`A verifier failed on ${problem}, sample ${sample}; it is left out: ${evidence}`);
    for (const { problem, evidence } of unverifiable) output.say(`${problem} cannot be verified and is left out: ${evidence}`);
    output.say(`Samples: ${samples}`);
    output.result({
      tasks: result.by_source,
      wall_s: (performance.now() - start) / 1000,
      tokens: result.generated_tokens,
      temperature: flags.temperature,
      max_tokens: size.contextLength,
      dropped_samples: result.dropped_samples,
      unverifiable_problems: result.unverifiable_problems,
      samples,
    });
  } finally {
    release();
    await close();
    device.dispose();
  }
}

export function register(program: Command): void {
  const command = program
    .command('eval')
    .description('avg@k, pass@k and majority vote of a model on problem files, by source')
    .requiredOption('--model <folder>', 'Hugging Face folder, GGUF file, or a nano base by name')
    .requiredOption('--data <files...>', 'JSONL or Parquet problem files')
    .option('--k <n>', 'samples a problem', positiveInteger, 1)
    .option('--temperature <t>', '0 is greedy', nonnegativeNumber, 1)
    .option('--top-p <p>', 'nucleus share; 1 is off', share, 1)
    .option('--max-tokens <n>', "cap on response tokens; default: the model's own", positiveInteger)
    .option('--reward <file>', 'TypeScript file with a reward of your own', 'auto')
    .option('--out <folder>', 'where the sample file goes; default: runs/eval-TIME');
  addCommonOptions(command).action(evalCommand);
}
