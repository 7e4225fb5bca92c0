import type { FileAccess } from '../file-access.ts';

/** Files in memory, for tests; `pieceSize` sets how they are cut up when streamed. */
export function memoryFiles(
  initial: Readonly<Record<string, string | Uint8Array>>,
  pieceSize = 1 << 16,
): FileAccess & { readonly written: Map<string, Uint8Array> } {
  const contents = new Map(Object.entries(initial).map(([path, text]) => [path, bytesOf(text)]));
  const find = (path: string): Uint8Array<ArrayBuffer> => {
    const found = contents.get(path);
    if (!found) throw new Error(`no file ${path}`);
    return found;
  };
  return {
    written: contents,
    size: async (path) => find(path).length,
    slice: async (path, start, end) => find(path).slice(start, end).buffer,
    stream(path) {
      const bytes = find(path);
      let at = 0;
      return new ReadableStream({
        pull(controller) {
          if (at >= bytes.length) return controller.close();
          controller.enqueue(bytes.slice(at, at + pieceSize));
          at += pieceSize;
        },
      });
    },
    async write(path, chunks) {
      const parts: number[] = [];
      for await (const chunk of chunks) for (const byte of chunk) parts.push(byte);
      contents.set(path, Uint8Array.from(parts));
    },
  };
}

function bytesOf(content: string | Uint8Array): Uint8Array<ArrayBuffer> {
  return typeof content === 'string' ? new TextEncoder().encode(content) : Uint8Array.from(content);
}

/** A problem record with the given prompt. */
export function someRecord(content: string, index = 0) {
  return {
    data_source: 'test',
    prompt: [{ role: 'user', content }],
    ability: 'math',
    reward_model: { style: 'rule', ground_truth: '["1"]' },
    extra_info: { index },
  };
}
