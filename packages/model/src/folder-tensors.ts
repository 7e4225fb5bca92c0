import { EMBEDDING, HEAD, parameterShapes } from './config-tensors.ts';
import type { ModelConfig } from './config-types.ts';
import { ModelInputError } from './folder-error.ts';
import type { FolderTensors, ModelFiles } from './folder-types.ts';
import type { StoredTensor } from './safetensors-header.ts';
import { readTensor, readTensorIndex, storageOf } from './safetensors-reader.ts';

/** Tables that old Llama checkpoints carry along; they follow from the configuration. */
const DERIVED = /\.rotary_emb\.inv_freq$/;

/**
 * The parameters that `config` asks for, found in the folder's weights. A tied head may be stored under either name, or under both
 * with the same values.
 *
 * @throws ModelInputError naming the tensors that are missing, not expected, or of another shape.
 */
export async function openFolderTensors(files: ModelFiles, config: ModelConfig): Promise<FolderTensors> {
  const stored = new Map([...(await readTensorIndex(files))].filter(([name]) => !DERIVED.test(name)));
  if (config.tiedHead) await uniteTiedHead(files, stored);
  checkTensors(files, config, stored);
  const find = (name: string): StoredTensor => {
    const tensor = stored.get(name);
    if (tensor === undefined) throw new ModelInputError(`${files.location} has no tensor ${name}`);
    return tensor;
  };
  return {
    names: parameterShapes(config).map(({ name }) => name),
    shape: (name) => find(name).shape,
    storage: (name) => storageOf(find(name)),
    read: (name) => readTensor(files, find(name)),
  };
}

async function uniteTiedHead(files: ModelFiles, stored: Map<string, StoredTensor>): Promise<void> {
  const head = stored.get(HEAD);
  if (head === undefined) return;
  const embedding = stored.get(EMBEDDING);
  if (embedding === undefined) {
    stored.set(EMBEDDING, head);
  } else {
    const [one, other] = [await readTensor(files, embedding), await readTensor(files, head)];
    if (one.length !== other.length || one.some((value, index) => value !== other[index])) {
      throw new ModelInputError(
        `${files.location}: config.json ties the head to the embedding, but ${HEAD} and ${EMBEDDING} hold different values; set tie_word_embeddings to false`,
      );
    }
  }
  stored.delete(HEAD);
}

function checkTensors(files: ModelFiles, config: ModelConfig, stored: ReadonlyMap<string, StoredTensor>): void {
  const expected = parameterShapes(config);
  const missing = expected.filter(({ name }) => !stored.has(name)).map(({ name }) => name);
  const names = new Set(expected.map(({ name }) => name));
  const surplus = [...stored.keys()].filter((name) => !names.has(name));
  const misshapen = expected.flatMap(({ name, shape }) => {
    const tensor = stored.get(name);
    if (tensor === undefined || tensor.shape.join() === shape.join()) return [];
    return [`${name} [${tensor.shape.join(', ')}] instead of [${shape.join(', ')}]`];
  });
  const problems = [
    listed('lack', missing),
    listed('have what config.json does not ask for:', surplus),
    listed('have other shapes than config.json says:', misshapen),
  ].filter((problem) => problem !== null);
  if (problems.length > 0) {
    const remedy =
      missing.includes(HEAD) && missing.length === 1
        ? 'set tie_word_embeddings to true if the head is tied'
        : 'the weights belong to another configuration';
    throw new ModelInputError(`${files.location}: the weights ${problems.join('; they ')} (${remedy})`);
  }
  for (const { name } of expected) storageOf(stored.get(name)!);
}

function listed(verb: string, names: readonly string[]): string | null {
  if (names.length === 0) return null;
  const rest = names.length > 4 ? ` and ${names.length - 4} more` : '';
  return `${verb} ${names.slice(0, 4).join(', ')}${rest}`;
}
