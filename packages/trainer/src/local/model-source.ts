import { fileURLToPath } from 'node:url';
import type { ModelFiles } from '@or1/model';
import { directoryFiles } from '@or1/model/node';
import { type NanoBaseName, nanoBase } from '@or1/nano';
import { InputError } from '../errors.ts';
import { isFolder } from '../files.ts';

const BASES: readonly string[] = ['nano-E', 'nano-C'] satisfies NanoBaseName[];

/**
 * The files of a model: a base of the nano package by name (where no folder of that name stands), or a Hugging Face folder.
 *
 * @throws InputError when there is neither.
 */
export async function findModelFiles(model: string): Promise<ModelFiles> {
  if (await isFolder(model)) return directoryFiles(model);
  if (BASES.includes(model)) return directoryFiles(fileURLToPath(nanoBase(model as NanoBaseName)));
  throw new InputError(`${model}: no such model folder; give a Hugging Face folder, or one of ${BASES.join(', ')}`);
}
