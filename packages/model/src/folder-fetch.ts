import { ModelInputError } from './folder-error.ts';
import type { ByteRange, ModelFiles } from './folder-types.ts';

/**
 * A model folder on a web server, through `fetch`: for browsers, or anything with URLs. Weights are fetched by byte range; a server
 * that ignores ranges sends a file once, whole, and it is then kept in memory.
 */
export function fetchFiles(folder: string | URL, request: (url: string, init?: RequestInit) => Promise<Response> = fetch): ModelFiles {
  const location = String(folder).replace(/\/+$/, '');
  const whole = new Map<string, Uint8Array<ArrayBuffer>>();

  const get = async (name: string, range: ByteRange | null): Promise<Response> => {
    const headers = range === null ? {} : { Range: `bytes=${range.start}-${range.end - 1}` };
    const response = await request(`${location}/${name}`, { headers });
    if (!response.ok) throw new ModelInputError(`${location}/${name} cannot be fetched: status ${response.status}`);
    return response;
  };
  const readWhole = async (name: string, response: Response) => {
    const bytes = new Uint8Array(await response.arrayBuffer());
    whole.set(name, bytes);
    return bytes;
  };
  const read = async (name: string, range: ByteRange): Promise<Uint8Array<ArrayBuffer>> => {
    let bytes = whole.get(name);
    if (bytes === undefined) {
      const response = await get(name, range);
      if (response.status === 206) {
        const part = new Uint8Array(await response.arrayBuffer());
        if (part.length === range.end - range.start) return part;
        throw new ModelInputError(
          `${location}/${name}: ${range.end - range.start} bytes from ${range.start} were asked for, ${part.length} came; fetch again`,
        );
      }
      bytes = await readWhole(name, response);
    }
    if (range.end > bytes.length)
      throw new ModelInputError(`${location}/${name} ends after ${bytes.length} bytes; bytes to ${range.end} were asked for`);
    return bytes.slice(range.start, range.end);
  };

  return {
    location,
    exists: async (name) => {
      if (whole.has(name)) return true;
      const response = await request(`${location}/${name}`, { method: 'HEAD' });
      if (response.ok) return true;
      if (response.status === 404 || response.status === 410) return false;
      throw new ModelInputError(`${location}/${name} cannot be fetched: status ${response.status}`);
    },
    size: async (name) => {
      const known = whole.get(name);
      if (known !== undefined) return known.length;
      // The range's total is the file's own size, where a HEAD's length may be that of a compressed transfer.
      const response = await get(name, { start: 0, end: 1 });
      const total = response.status === 206 ? Number(response.headers.get('Content-Range')?.split('/')[1] ?? Number.NaN) : Number.NaN;
      return Number.isSafeInteger(total) ? total : (await readWhole(name, await get(name, null))).length;
    },
    read: async (name, range) => {
      if (range === undefined) return whole.get(name)?.slice() ?? new Uint8Array(await (await get(name, null)).arrayBuffer());
      return range.end === range.start ? new Uint8Array(0) : read(name, range);
    },
  };
}
