/** The page's own files, made from their sources once, when they are first asked for. */
import { fileURLToPath } from 'node:url';
import { bundleScript, pageStyle } from '@or1/views/node';

function source(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

export interface PageFiles {
  /** The script of the page. */
  script(): Promise<string>;
  style(): Promise<string>;
  /** The script of the worker that trains. */
  worker(): Promise<string>;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

/** Verifiers that problems of the built-in families never ask for; they bring interpreters with them that a page does not need. */
const LEFT_OUT = ['@or1/reward/math', '@or1/reward/code'];

const WORKER_LIBRARIES = ['@huggingface/jinja', '@huggingface/tokenizers', 'fflate', 'msgpackr', 'zod'];

export function pageFiles(): PageFiles {
  return {
    script: once(() => bundleScript(source('../page/main.tsx'), ['preact', 'uplot'])),
    style: once(async () => `${await pageStyle()}\n${await Bun.file(source('../page/dashboard.css')).text()}`),
    worker: once(() => bundleScript(source('../tab/worker.ts'), WORKER_LIBRARIES, { external: LEFT_OUT })),
  };
}
