import { createChatTemplate } from './chat-template.ts';
import { parseModelConfig } from './config.ts';
import { parseJsonObject } from './config-json.ts';
import type { JsonObject, ModelConfig } from './config-types.ts';
import { ModelInputError } from './folder-error.ts';
import { openFolderTensors } from './folder-tensors.ts';
import type { FolderTensors, ModelFiles, ModelFolder } from './folder-types.ts';
import { openGguf } from './gguf/open.ts';
import { createTokenizer, type Tokenizer } from './tokenizer.ts';

/** Files that belong to the text side of a model; a checkpoint carries them along unchanged. */
const COMPANION_FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.json',
  'merges.txt',
  'tokenizer.model',
  'chat_template.jinja',
] as const;

/**
 * Opens a Hugging Face folder: config.json and weights as safetensors are needed; generation_config.json, tokenizer and chat template
 * are taken where they are. Where `files.gguf` names a GGUF file, that is the model. Everything but the values of the weights is read
 * and checked now.
 *
 * @throws ModelInputError with one line that says what is wrong, where, and how to mend it.
 */
export async function openModelFolder(files: ModelFiles): Promise<ModelFolder> {
  if (files.gguf === undefined) return assembleFolder(files, (config) => openFolderTensors(files, config));
  const { textFiles, tensors } = await openGguf(files, files.gguf);
  return assembleFolder(textFiles, tensors);
}

async function assembleFolder(files: ModelFiles, openTensors: (config: ModelConfig) => Promise<FolderTensors>): Promise<ModelFolder> {
  const configJson = await readJson(files, 'config.json');
  if (configJson === null) throw new ModelInputError(`${files.location} has no config.json; give the folder of a Hugging Face model`);
  const config = parseModelConfig(configJson, await readJson(files, 'generation_config.json'));
  const tokenizerJson = await readJson(files, 'tokenizer.json');
  const tokenizerConfig = (await readJson(files, 'tokenizer_config.json')) ?? {};
  const tokenizer = tokenizerJson === null ? null : createTokenizer(tokenizerJson, tokenizerConfig);
  if (tokenizer !== null) refuseForeignTokenizer(files, config, tokenizer);
  return {
    config,
    generation: config.generation,
    tokenizer,
    chatTemplate: createChatTemplate(tokenizerConfig, {
      template: await readText(files, 'chat_template.jinja'),
      specialTokens: (await readJson(files, 'special_tokens_map.json')) ?? {},
    }),
    tensors: await openTensors(config),
    companions: () => readCompanions(files),
  };
}

/** A tokenizer may know fewer tokens than the model has rows (padding), never more; and it must know those that the model begins and ends with. */
function refuseForeignTokenizer(files: ModelFiles, config: ModelConfig, tokenizer: Tokenizer): void {
  const remedy = 'the tokenizer belongs to another model, put the matching files side by side';
  if (tokenizer.vocabularySize > config.vocabularySize) {
    throw new ModelInputError(
      `${files.location}: tokenizer.json has ids up to ${tokenizer.vocabularySize - 1} but config.json's vocab_size is ${config.vocabularySize}; ${remedy}`,
    );
  }
  for (const id of [...(config.beginToken === null ? [] : [config.beginToken]), ...config.endTokens]) {
    if (tokenizer.token(id) === null) {
      throw new ModelInputError(
        `${files.location}: the configuration begins or ends text with token ${id}, which tokenizer.json does not have; ${remedy}`,
      );
    }
  }
}

async function readCompanions(files: ModelFiles): Promise<ReadonlyMap<string, Uint8Array>> {
  const companions = new Map<string, Uint8Array>();
  for (const name of COMPANION_FILES) if (await files.exists(name)) companions.set(name, await files.read(name));
  return companions;
}

async function readText(files: ModelFiles, name: string): Promise<string | null> {
  return (await files.exists(name)) ? new TextDecoder().decode(await files.read(name)) : null;
}

async function readJson(files: ModelFiles, name: string): Promise<JsonObject | null> {
  const text = await readText(files, name);
  return text === null ? null : parseJsonObject(text, `${files.location}/${name}`);
}
