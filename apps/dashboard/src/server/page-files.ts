/** The page's own files, made from their sources once, when they are first asked for. */
import { fileURLToPath } from 'node:url';
import { bundleScript, pageStyle } from '@or1/views/node';

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
    script: once(() => bundleScript(fileURLToPath(new URL('../page/main.tsx', import.meta.url)), ['preact', 'uplot'])),
    style: once(async () => `${await pageStyle()}\n${await Bun.file(new URL('../page/dashboard.css', import.meta.url)).text()}`),
    worker: once(() => bundleScript(fileURLToPath(new URL('../tab/worker.ts', import.meta.url)), WORKER_LIBRARIES, { external: LEFT_OUT })),
  };
}
