import type { Command } from 'commander';
import {
  addCommonOptions,
  type CommonOptions,
  nonnegativeInteger,
  nonnegativeNumber,
  positiveInteger,
  repeated,
  share,
} from '../cli/common-options.ts';
import { createOutput } from '../cli/output.ts';
import { openPolicy, responseCap } from '../local-model.ts';

interface SampleFlags extends CommonOptions {
  readonly model: string;
  readonly prompt: readonly string[];
  readonly n: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly minP?: number;
  readonly maxTokens?: number;
}

async function sampleCommand(flags: SampleFlags): Promise<void> {
  const output = createOutput(flags.json);
  const { device, model, policy, size } = await openPolicy(flags, flags.model, (opened) => {
    const lengths = flags.prompt.map((content) => opened.text.encodePrompt([{ role: 'user', content }]).length);
    const promptCapacity = Math.max(...lengths);
    return { promptCapacity, contextLength: responseCap(opened, promptCapacity, flags.maxTokens), samplesPerPrompt: flags.n };
  });
  try {
    const { generation } = model.folder;
    const prompts = flags.prompt.map((content, key) => ({ tokens: model.text.encodePrompt([{ role: 'user', content }]), key }));
    const { rollouts } = await policy.engine.generate({
      prompts,
      samplesPerPrompt: flags.n,
      contextLength: size.contextLength,
      sampling: {
        temperature: flags.temperature ?? (generation.sample ? generation.temperature : 0),
        topP: flags.topP ?? generation.topP,
        topK: flags.topK ?? generation.topK,
        minP: flags.minP ?? generation.minP,
      },
      stopTokens: policy.stopTokens,
      suppressTokens: policy.suppressTokens,
      seed: flags.seed ?? 0,
      step: 0,
    });
    const samples = rollouts.map(({ prompt, tokens, logProbabilities, finish }) => ({
      prompt_tokens: [...prompts[prompt]!.tokens],
      tokens: [...tokens],
      text: policy.text.decode(tokens),
      logprobs: [...logProbabilities],
      finish,
    }));
    for (const [index, { text, finish }] of samples.entries()) {
      output.say(`${flags.prompt[rollouts[index]!.prompt]} → ${text}${finish === 'length' ? ' …' : ''}`);
    }
    output.result({ samples });
  } finally {
    device.dispose();
  }
}

export function register(program: Command): void {
  const command = program
    .command('sample')
    .description('generates text with log-probabilities')
    .requiredOption('--model <folder>', 'Hugging Face folder, GGUF file, or a nano base by name')
    .requiredOption('--prompt <text>', 'what to answer; may be repeated', repeated)
    .option('--n <count>', 'samples a prompt', positiveInteger, 1)
    .option('--temperature <t>', "0 is greedy; default: the model's own", nonnegativeNumber)
    .option('--top-p <p>', 'nucleus share; 1 is off', share)
    .option('--top-k <k>', 'most likely tokens to keep; 0 is off', nonnegativeInteger)
    .option('--min-p <p>', 'least probability as a share of the largest; 0 is off', share)
    .option('--max-tokens <n>', 'cap on response tokens', positiveInteger);
  addCommonOptions(command).action(sampleCommand);
}
