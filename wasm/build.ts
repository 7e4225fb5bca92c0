/**
 * Compiles assembly/ once per feature set and writes each module as JavaScript that carries its bytes, so that every bundler and
 * runtime can load it without a file system: build/{simd-threads,simd,scalar}.js export `bytes(): Uint8Array`.
 */
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

const root = import.meta.dir;
const MAXIMUM_PAGES = 65536;
const variants = [
  { name: 'simd-threads', simd: true, shared: true },
  { name: 'simd', simd: true, shared: false },
  { name: 'scalar', simd: false, shared: true },
];

await mkdir(join(root, 'build'), { recursive: true });
for (const { name, simd, shared } of variants) {
  const binary = join(root, 'build', `${name}.wasm`);
  const flags = [
    'assembly/index.ts',
    '--outFile',
    binary,
    '--baseDir',
    root,
    '--optimizeLevel',
    '3',
    '--shrinkLevel',
    '0',
    '--noAssert',
    '--runtime',
    'stub',
    '--enable',
    'threads',
    '--importMemory',
    '--initialMemory',
    '1',
    '--maximumMemory',
    `${MAXIMUM_PAGES}`,
    ...(simd ? ['--enable', 'simd'] : []),
    ...(shared ? ['--sharedMemory'] : []),
  ];
  const { error, stderr } = await asc.main(flags);
  if (error) throw new Error(`assemblyscript, ${name}: ${error.message}\n${stderr.toString()}`);
  const bytes = new Uint8Array(await Bun.file(binary).arrayBuffer());
  const source = `const text = '${bytes.toBase64()}';\nexport const bytes = () => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));\n`;
  const target = join(root, 'build', `${name}.js`);
  await Bun.write(`${target}.part`, source);
  await rename(`${target}.part`, target);
}
