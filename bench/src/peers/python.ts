import { join } from 'node:path';

const SCRIPTS = join(import.meta.dir, '../../peers');
const VARIABLE = 'OR1_PYTHON';

/** A Python program that answers one line of JSON to each line of JSON that it is sent. */
export interface PythonPeer {
  ask<Answer>(request: object): Promise<Answer>;
  close(): Promise<void>;
}

/** Reads a stream line by line. */
function lineReader(stream: ReadableStream<Uint8Array>): () => Promise<string | null> {
  const reader = stream.pipeThrough(new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>).getReader();
  let rest = '';
  return async () => {
    for (;;) {
      const end = rest.indexOf('\n');
      if (end >= 0) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 1);
        return line;
      }
      const { done, value } = await reader.read();
      if (done) return null;
      rest += value;
    }
  };
}

/**
 * Starts a script of bench/peers with the Python that the environment variable OR1_PYTHON names, and sends it `setup`. What keeps a peer
 * from running (no such Python, a package missing) is returned as the reason for which it is skipped; what goes wrong later throws.
 */
export async function startPython(
  script: string,
  threads: number,
  setup: object,
  { gpu = false }: { readonly gpu?: boolean } = {},
): Promise<PythonPeer | { readonly skipped: string }> {
  const python = process.env[VARIABLE];
  if (!python) return { skipped: `peer skipped: set ${VARIABLE} to a Python that has bench/peers/requirements.txt installed` };
  if (Bun.which(python) === null) return { skipped: `peer skipped: ${VARIABLE}=${python} is no program` };
  const child = Bun.spawn([python, join(SCRIPTS, script)], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    env: {
      ...process.env,
      OMP_NUM_THREADS: String(threads),
      MKL_NUM_THREADS: String(threads),
      HF_HUB_OFFLINE: '1',
      TOKENIZERS_PARALLELISM: 'false',
      PYTHONUNBUFFERED: '1',
      ...(gpu ? {} : { CUDA_VISIBLE_DEVICES: '' }),
    },
  });
  const complaints = new Response(child.stderr).text();
  const readLine = lineReader(child.stdout);
  const exchange = async (request: object): Promise<string | null> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    await child.stdin.flush();
    return readLine();
  };
  const lastWords = async () => (await complaints).trim().split('\n').at(-1) ?? '';
  if ((await exchange({ threads, ...setup })) === null) return { skipped: `peer skipped: ${script}: ${await lastWords()}` };
  return {
    async ask<Answer>(request: object) {
      const answer = await exchange(request);
      if (answer === null) throw new Error(`${script} ended: ${await lastWords()}`);
      return JSON.parse(answer) as Answer;
    },
    async close() {
      child.stdin.end();
      await child.exited;
    },
  };
}
