/** Readers of the two archive formats that the interpreter's standard library comes in: tar behind gzip, and zip. */

export interface ArchiveFile {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The regular files of a gzip-compressed tar archive. */
export async function readTarGzip(archive: Uint8Array<ArrayBuffer>): Promise<ArchiveFile[]> {
  const bytes = await decompress(archive, 'gzip');
  const text = new TextDecoder();
  const files: ArchiveFile[] = [];
  for (let offset = 0; offset + 512 <= bytes.length && bytes[offset] !== 0; ) {
    const field = (start: number, length: number): string => {
      const raw = bytes.slice(offset + start, offset + start + length);
      const end = raw.indexOf(0);
      return text.decode(end < 0 ? raw : raw.subarray(0, end));
    };
    const size = Number.parseInt(field(124, 12).trim() || '0', 8);
    if (!Number.isSafeInteger(size)) throw new Error(`the tar archive is damaged at byte ${offset}`);
    const kind = bytes[offset + 156];
    const isFile = kind === 0 || kind === 0x30;
    if (isFile) files.push({ path: `${field(345, 155)}${field(0, 100)}`, bytes: bytes.slice(offset + 512, offset + 512 + size) });
    offset += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}

/** The files of a zip archive whose entries are stored or deflated. */
export async function readZip(archive: Uint8Array<ArrayBuffer>): Promise<ArchiveFile[]> {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const text = new TextDecoder();
  let end = archive.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  if (end < 0) throw new Error('the zip archive has no directory');
  const files: Promise<ArchiveFile>[] = [];
  let entry = view.getUint32(end + 16, true);
  for (let count = view.getUint16(end + 10, true); count > 0; count--) {
    const method = view.getUint16(entry + 10, true);
    const compressed = view.getUint32(entry + 20, true);
    const nameLength = view.getUint16(entry + 28, true);
    const header = view.getUint32(entry + 42, true);
    const path = text.decode(archive.slice(entry + 46, entry + 46 + nameLength));
    const start = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
    const content = archive.slice(start, start + compressed);
    if (method !== 0 && method !== 8) throw new Error(`the zip archive's ${path} uses compression method ${method}`);
    if (!path.endsWith('/')) files.push(inflateEntry(path, content, method === 8));
    entry += 46 + nameLength + view.getUint16(entry + 30, true) + view.getUint16(entry + 32, true);
  }
  return Promise.all(files);
}

async function inflateEntry(path: string, content: Uint8Array<ArrayBuffer>, deflated: boolean): Promise<ArchiveFile> {
  return { path, bytes: deflated ? await decompress(content, 'deflate-raw') : content };
}

async function decompress(bytes: Uint8Array<ArrayBuffer>, format: CompressionFormat): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
