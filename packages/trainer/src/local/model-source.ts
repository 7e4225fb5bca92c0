import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModelFiles } from '@or1/model';
import { directoryFiles } from '@or1/model/node';
import { type NanoBaseName, nanoBase } from '@or1/nano';
import { InputError } from '../errors.ts';
import { isFolder, requireFiles } from '../files.ts';

const BASES: readonly string[] = ['nano-E', 'nano-C'] satisfies NanoBaseName[];

const isGguf = (model: string) => model.toLowerCase().endsWith('.gguf');

/**
 * The files of a model: a Hugging Face folder, a GGUF file, or a base of the nano package by name (where no folder of that name stands).
 *
 * @throws InputError when there is none of them.
 */
export async function findModelFiles(model: string): Promise<ModelFiles> {
  if (await isFolder(model)) return directoryFiles(model);
  if (isGguf(model)) {
    await requireFiles([model]);
    return { ...directoryFiles(dirname(model)), location: model, gguf: basename(model) };
  }
  if (BASES.includes(model)) return directoryFiles(fileURLToPath(nanoBase(model as NanoBaseName)));
  throw new InputError(`${model}: no such model folder; give a Hugging Face folder, a GGUF file, or one of ${BASES.join(', ')}`);
}

/** The model in full, so that a run can be resumed from any folder; a base's name stays as it is. */
export async function fullModelPath(model: string): Promise<string> {
  return isGguf(model) || (await isFolder(model)) ? resolve(model) : model;
}
