import { createHash } from 'node:crypto';
import type { Device } from '@or1/compute';
import type { Solved, Solver, SolverRequest } from '@or1/data/curation';
import { type ModelFiles, ModelInputError } from '@or1/model';
import { createLocalPolicy, findModelFiles, type OpenModel, openModel, type Policy } from '@or1/trainer';

/** Longest prompt in tokens, the report's cap; at most half of the model's positions. */
const PROMPT_CAP = 2048;

export interface LocalSolver {
  readonly solver: Solver;
  close(): void;
}

/** A model of a local folder as a solver: its answers come from our own rollout engine. */
export async function openLocalSolver(location: string, name: string, openDevice: () => Promise<Device>): Promise<LocalSolver> {
  const files = await findModelFiles(location);
  const model = await openModel(files);
  const engine = new LazyEngine(model, openDevice);
  return {
    solver: { model: name, fingerprint: `${name} ${await weightsHash(files)}`, answer: (request) => answer(model, engine, request) },
    close: () => engine.close(),
  };
}

/** Opens the policy with the sizes of the first request, which all later ones share. */
class LazyEngine {
  readonly #model: OpenModel;
  readonly #openDevice: () => Promise<Device>;
  #device: Device | null = null;
  #policy: Policy | null = null;
  readonly promptCapacity: number;

  constructor(model: OpenModel, openDevice: () => Promise<Device>) {
    this.#model = model;
    this.#openDevice = openDevice;
    this.promptCapacity = Math.min(PROMPT_CAP, Math.floor(model.folder.config.maxPositions / 2));
  }

  contextLength(maxTokens: number): number {
    return Math.min(maxTokens, this.#model.folder.config.maxPositions - this.promptCapacity);
  }

  async open({ maxTokens, samples }: Pick<SolverRequest, 'maxTokens' | 'samples'>): Promise<Policy> {
    if (this.#policy === null) {
      this.#device = await this.#openDevice();
      this.#policy = await createLocalPolicy(this.#device, this.#model, {
        promptCapacity: this.promptCapacity,
        contextLength: this.contextLength(maxTokens),
        samplesPerPrompt: samples,
        trainable: false,
      });
    }
    return this.#policy;
  }

  close(): void {
    this.#device?.dispose();
  }
}

async function answer(model: OpenModel, engine: LazyEngine, request: SolverRequest): Promise<readonly Solved[]> {
  const { problems, samples, temperature, maxTokens, signal, onAnswer } = request;
  const encoded = problems.map(({ prompt }): Uint32Array | { refused: string } => {
    try {
      const tokens = model.text.encodePrompt(prompt);
      return tokens.length <= engine.promptCapacity ? tokens : { refused: `the prompt is longer than ${engine.promptCapacity} tokens` };
    } catch (error) {
      if (error instanceof ModelInputError) return { refused: error.message };
      throw error;
    }
  });
  const readable = encoded.flatMap((tokens, index) => (tokens instanceof Uint32Array ? [{ tokens, index }] : []));
  const solved: Solved[] = encoded.map((tokens) => (tokens instanceof Uint32Array ? { answers: [] } : tokens));
  if (readable.length === 0) return solved;
  const policy = await engine.open({ maxTokens, samples });
  const { rollouts } = await policy.engine.generate({
    // The key is of the problem, not of its place: the same problem gets the same random numbers in any batch.
    prompts: readable.map(({ tokens, index }) => ({ tokens, key: Number.parseInt(problems[index]!.hash.slice(0, 8), 16) })),
    samplesPerPrompt: samples,
    contextLength: engine.contextLength(maxTokens),
    sampling: { temperature, topK: 0, topP: 1, minP: 0 },
    stopTokens: policy.stopTokens,
    suppressTokens: policy.suppressTokens,
    seed: 1,
    step: 0,
    signal,
    onRollout: onAnswer,
  });
  for (const [position, own] of Map.groupBy(rollouts, ({ prompt }) => prompt)) {
    const answers = own.map(({ tokens, finish }) => ({ text: policy.text.decode(tokens), finish }));
    solved[readable[position]!.index] = { answers };
  }
  return solved;
}

const PIECE = 1 << 24;

/** SHA-256 over the files that decide what a model writes. */
async function weightsHash(files: ModelFiles): Promise<string> {
  const hash = createHash('sha256');
  for (const name of await decidingFiles(files)) {
    const size = await files.size(name);
    for (let start = 0; start < size; start += PIECE) hash.update(await files.read(name, { start, end: Math.min(size, start + PIECE) }));
  }
  return hash.digest('hex').slice(0, 16);
}

async function decidingFiles(files: ModelFiles): Promise<readonly string[]> {
  if (files.gguf !== undefined) return [files.gguf];
  const index = 'model.safetensors.index.json';
  const names = ['config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja'];
  if (await files.exists(index)) {
    const { weight_map } = JSON.parse(new TextDecoder().decode(await files.read(index))) as { weight_map: Record<string, string> };
    names.push(...[...new Set(Object.values(weight_map))].sort());
  } else {
    names.push('model.safetensors');
  }
  const present = await Promise.all(names.map((name) => files.exists(name)));
  return names.filter((_, position) => present[position]);
}
