import { dirname, join, relative } from 'node:path';

/** A workspace of the repository, as its package.json declares it. */
export interface Workspace {
  readonly name: string;
  /** Relative to the repository root. */
  readonly folder: string;
  /** Source file, relative to the root, of each exported entry: `.` or a subpath such as `./node`; empty where nothing is exported. */
  readonly entries: ReadonlyMap<string, string>;
  /** Source file, relative to the root, that each of the package's own `#names` stands for in a browser. */
  readonly browserImports: ReadonlyMap<string, string>;
  /** Names in dependencies, devDependencies and peerDependencies. */
  readonly dependencies: ReadonlySet<string>;
}

export const ROOT = join(import.meta.dir, '../..');

type Names = Readonly<Record<string, string>>;

interface Manifest {
  readonly name: string;
  readonly workspaces?: readonly string[];
  readonly exports?: Readonly<Record<string, { readonly bun?: string; readonly default?: string }>>;
  readonly imports?: Readonly<Record<string, { readonly browser: string }>>;
  readonly dependencies?: Names;
  readonly devDependencies?: Names;
  readonly peerDependencies?: Names;
}

/** The workspaces that the root package.json names, in order of folder. */
export async function listWorkspaces(root: string): Promise<Workspace[]> {
  const { workspaces = [] } = (await Bun.file(join(root, 'package.json')).json()) as Manifest;
  const manifests = workspaces.flatMap((pattern) => [...new Bun.Glob(`${pattern}/package.json`).scanSync({ cwd: root })]);
  return Promise.all(
    manifests.sort().map(async (path) => {
      const manifest = (await Bun.file(join(root, path)).json()) as Manifest;
      const { name, exports = {}, imports = {}, dependencies, devDependencies, peerDependencies } = manifest;
      const folder = dirname(path);
      const entries = Object.entries(exports).map(([entry, conditions]) => {
        const file = conditions.bun ?? conditions.default;
        if (file === undefined) throw new Error(`${path}: the entry ${entry} names no file for Bun`);
        return [entry, join(folder, file)] as const;
      });
      return {
        name,
        folder,
        entries: new Map(entries),
        browserImports: new Map(Object.entries(imports).map(([own, { browser }]) => [own, join(folder, browser)])),
        dependencies: new Set(Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies })),
      };
    }),
  );
}

/** TypeScript sources of a workspace, relative to the root; built output and installed packages are not its sources. */
export function listSources(root: string, { folder }: Workspace): string[] {
  const found = new Bun.Glob('**/*.{ts,tsx}').scanSync({ cwd: join(root, folder) });
  const built = /(^|\/)(node_modules|dist|build|\.turbo|assembly)\//;
  return [...found]
    .filter((path) => !built.test(path) && !path.endsWith('.d.ts'))
    .map((path) => relative(root, join(root, folder, path)))
    .sort();
}
