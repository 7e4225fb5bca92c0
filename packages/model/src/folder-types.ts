import type { ChatTemplate } from './chat-template.ts';
import type { GenerationDefaults, ModelConfig, StorageType } from './config-types.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Bytes `start` … `end - 1`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Where a model folder's files come from: a directory, a web server, memory. Names are relative to the folder, without slashes in front. */
export interface ModelFiles {
  /** For messages: the directory or address. */
  readonly location: string;
  /** Name of the GGUF file that is the model, where the folder is not a model of its own. */
  readonly gguf?: string;
  exists(name: string): Promise<boolean>;
  /** In bytes. */
  size(name: string): Promise<number>;
  /** The whole file, or exactly the bytes of `range`; fails loudly when there are fewer. */
  read(name: string, range?: ByteRange): Promise<Uint8Array<ArrayBuffer>>;
}

export interface WritableModelFiles extends ModelFiles {
  /** Names of the files at the top of the folder, sorted; none when it does not exist yet. */
  list(): Promise<readonly string[]>;
  /** Atomic: written aside, synced, renamed; a reader sees the old file or the new one. The directory is made if need be. */
  write(name: string, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<void>;
}

/** Hands out parameters by Hugging Face name as row-major f32. */
export interface TensorReader {
  read(name: string): Promise<Float32Array<ArrayBuffer>>;
}

/** The checked tensors of a folder: exactly `parameterShapes(config)`, read on demand. */
export interface FolderTensors extends TensorReader {
  readonly names: readonly string[];
  shape(name: string): readonly number[];
  storage(name: string): StorageType;
}

export interface ModelFolder {
  readonly config: ModelConfig;
  readonly generation: GenerationDefaults;
  /** Null where the folder has no tokenizer.json: it still scores tokens. */
  readonly tokenizer: Tokenizer | null;
  /** Null where the folder has none: a prompt is then the messages' plain content, concatenated. */
  readonly chatTemplate: ChatTemplate | null;
  readonly tensors: FolderTensors;
  /** Tokenizer and template files as they are, to be handed to `writeModelFolder`. */
  companions(): Promise<ReadonlyMap<string, Uint8Array>>;
}
