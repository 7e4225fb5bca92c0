import type { ModelConfig } from '../config-types.ts';
import { ModelInputError } from '../folder-error.ts';
import { memoryFiles } from '../folder-memory.ts';
import type { FolderTensors, ModelFiles } from '../folder-types.ts';
import { type GgufHeader, HeaderContinues, parseGgufHeader } from './header.ts';
import { configOfGguf, GgufMetadata } from './metadata.ts';
import { openGgufTensors } from './tensors.ts';
import { tokenizerOfGguf } from './tokenizer.ts';

export interface OpenGguf {
  /** What a Hugging Face folder of the same model holds, but for the weights. */
  readonly textFiles: ModelFiles;
  tensors(config: ModelConfig): Promise<FolderTensors>;
}

const FIRST_READ_BYTES = 1 << 22;

/**
 * Opens a GGUF file of the folder `files`. A `tokenizer.json` beside it wins over the tokenizer in its metadata.
 *
 * @throws ModelInputError with one line that names what is damaged or not read.
 */
export async function openGguf(files: ModelFiles, file: string): Promise<OpenGguf> {
  const header = await readHeader(files, file);
  const metadata = new GgufMetadata(files.location, header.metadata);
  const entries = new Map([['config.json', jsonBytes(configOfGguf(metadata, header))]]);
  const beside = 'tokenizer.json';
  if (await files.exists(beside)) {
    for (const name of [beside, 'tokenizer_config.json', 'chat_template.jinja'])
      if (await files.exists(name)) entries.set(name, await files.read(name));
  } else {
    const { tokenizer, tokenizerConfig } = tokenizerOfGguf(metadata);
    entries.set(beside, jsonBytes(tokenizer));
    entries.set('tokenizer_config.json', jsonBytes(tokenizerConfig));
  }
  return {
    textFiles: memoryFiles(entries, files.location),
    tensors: (config) => openGgufTensors(files, file, header, config),
  };
}

async function readHeader(files: ModelFiles, file: string): Promise<GgufHeader> {
  const fileBytes = await files.size(file);
  for (let length = FIRST_READ_BYTES; ; length *= 4) {
    const end = Math.min(length, fileBytes);
    try {
      return parseGgufHeader(await files.read(file, { start: 0, end }), files.location);
    } catch (error) {
      if (!(error instanceof HeaderContinues)) throw error;
      if (end === fileBytes)
        throw new ModelInputError(`${files.location} is damaged: it ends after ${fileBytes} bytes, inside its header; fetch it again`);
    }
  }
}

function jsonBytes(value: object): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}
