/**
 * Refuses imports against the arrows of the architecture, and host APIs in what must run in a browser.
 *
 *     bun test/house/check-arrows.ts
 */
import { existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { ARROWS, HOST_ENTRIES } from './arrows.ts';
import { type ParsedSource, parseSource } from './parse-source.ts';
import { listSources, listWorkspaces, ROOT, type Workspace } from './workspaces.ts';

/** Package of a specifier and the entry of it: `@or1/data/node` is the entry `./node` of `@or1/data`. */
function splitSpecifier(specifier: string): { name: string; entry: string } {
  const parts = specifier.split('/');
  const length = specifier.startsWith('@') ? 2 : 1;
  return { name: parts.slice(0, length).join('/'), entry: ['.', ...parts.slice(length)].join('/') };
}

function isHostModule(specifier: string): boolean {
  return specifier === 'bun' || specifier.startsWith('bun:') || specifier.startsWith('node:') || isBuiltin(specifier);
}

class ArrowCheck {
  readonly violations: string[] = [];
  readonly #root: string;
  readonly #workspaces: readonly Workspace[];
  readonly #parsed = new Map<string, ParsedSource>();

  constructor(root: string, workspaces: readonly Workspace[]) {
    this.#root = root;
    this.#workspaces = workspaces;
  }

  async #parse(path: string): Promise<ParsedSource> {
    const known = this.#parsed.get(path) ?? parseSource(path, await Bun.file(join(this.#root, path)).text());
    this.#parsed.set(path, known);
    return known;
  }

  #checkImport(workspace: Workspace, path: string, specifier: string): string | null {
    if (specifier.startsWith('.')) {
      const target = relative(this.#root, join(this.#root, dirname(path), specifier));
      const inside = target.startsWith(`${workspace.folder}/`);
      return inside ? null : `reaches into ${target}; import the package by its name`;
    }
    const { name, entry } = splitSpecifier(specifier);
    const target = this.#workspaces.find((other) => other.name === name);
    if (target === undefined && name.startsWith('@or1/')) return 'there is no such package here';
    if (target === undefined || target === workspace) return null;
    if (!(ARROWS[workspace.name] ?? []).includes(name)) return `${workspace.name} must not know ${name}`;
    if (target.entries.size > 0 && !target.entries.has(entry)) return `${name} exports no ${entry}`;
    return workspace.dependencies.has(name) ? null : `${workspace.folder}/package.json does not list ${name}`;
  }

  /** Arrows, entries and declared dependencies of every source of a workspace. */
  async checkWorkspace(workspace: Workspace): Promise<void> {
    if (!(workspace.name in ARROWS)) this.violations.push(`${workspace.folder}: ${workspace.name} has no line in the table of arrows`);
    for (const path of listSources(this.#root, workspace)) {
      for (const { specifier, line } of (await this.#parse(path)).modules) {
        const violation = this.#checkImport(workspace, path, specifier);
        if (violation !== null) this.violations.push(`${path}:${line}: imports ${specifier}: ${violation}`);
      }
    }
  }

  /** Follows the imports of an entry within its package, as a browser's bundler would; all that it reaches must run without Bun and Node. */
  async checkPortable(entry: string, file: string, browserImports: Workspace['browserImports']): Promise<void> {
    const reached = new Set([file]);
    for (const path of reached) {
      const { modules, hostGlobals } = await this.#parse(path);
      for (const { name, line } of hostGlobals) this.violations.push(`${path}:${line}: uses ${name}, but ${entry} must run in a browser`);
      for (const { specifier, line, typeOnly } of modules) {
        if (isHostModule(specifier)) this.violations.push(`${path}:${line}: imports ${specifier}, but ${entry} must run in a browser`);
        const target = join(dirname(path), specifier);
        if (specifier.startsWith('.') && target.endsWith('.ts') && !typeOnly) reached.add(target);
        const own = browserImports.get(specifier);
        if (own !== undefined) reached.add(own);
      }
    }
  }
}

/** Every import against the arrows, and every host API in an entry that must do without; one line each, empty when all is well. */
export async function findViolations(root: string): Promise<string[]> {
  const workspaces = await listWorkspaces(root);
  const check = new ArrowCheck(root, workspaces);
  for (const workspace of workspaces) {
    await check.checkWorkspace(workspace);
    if (!workspace.folder.startsWith('packages/')) continue;
    for (const [entry, file] of workspace.entries) {
      const name = `${workspace.name}${entry.slice(1)}`;
      if (!existsSync(join(root, file)))
        check.violations.push(`${workspace.folder}/package.json: ${name} is to be ${file}, which does not exist`);
      else if (!HOST_ENTRIES.includes(name)) await check.checkPortable(name, file, workspace.browserImports);
    }
  }
  return [...new Set(check.violations)];
}

if (import.meta.main) {
  const violations = await findViolations(ROOT);
  for (const violation of violations) console.error(violation);
  if (violations.length > 0) process.exit(1);
}
