/** Finds what the `native` sandbox needs on this machine, and proves that it works. */
import { accessSync, constants } from 'node:fs';

export interface NativeTools {
  readonly bubblewrap: string;
  readonly python: string;
}

/** Why the sandbox cannot run here, in one line that says how to mend it. */
export class NativeUnavailable extends Error {}

/** Where Debian puts them. Named in full: a shim on the PATH (pyenv, asdf) would be another program, and slower. */
const DEBIAN: NativeTools = { bubblewrap: '/usr/bin/bwrap', python: '/usr/bin/python3' };

/** @throws {NativeUnavailable} naming the Debian package of a missing tool */
export function findNativeTools({ bubblewrap = DEBIAN.bubblewrap, python = DEBIAN.python }: Partial<NativeTools> = {}): NativeTools {
  if (process.platform !== 'linux')
    throw new NativeUnavailable(`the native sandbox needs Linux; this is ${process.platform}: use the wasm sandbox`);
  const need = (path: string, debianPackage: string): string => {
    if (!isExecutable(path)) throw new NativeUnavailable(`the native sandbox needs ${path}: install Debian's package ${debianPackage}`);
    return path;
  };
  return {
    bubblewrap: need(bubblewrap, 'bubblewrap'),
    python: need(python, 'python3'),
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
