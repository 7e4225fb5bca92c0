import { ModelInputError } from './folder-error.ts';
import type { WritableModelFiles } from './folder-types.ts';

/** A model folder held in memory; `entries` is read and written in place. */
export function memoryFiles(entries: Map<string, Uint8Array>, location = 'memory'): WritableModelFiles {
  const find = (name: string): Uint8Array => {
    const content = entries.get(name);
    if (content === undefined) throw new ModelInputError(`${location} has no file ${name}`);
    return content;
  };
  return {
    location,
    list: async () => [...entries.keys()].sort(),
    exists: async (name) => entries.has(name),
    size: async (name) => find(name).length,
    read: async (name, range) => {
      const content = find(name);
      const { start, end } = range ?? { start: 0, end: content.length };
      if (end > content.length)
        throw new ModelInputError(`${location}/${name} ends after ${content.length} bytes; bytes to ${end} were asked for`);
      return new Uint8Array(content.subarray(start, end));
    },
    write: async (name, content) => {
      entries.set(name, content instanceof Uint8Array ? new Uint8Array(content) : await joined(content));
    },
  };
}

async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  const bytes = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
