import { parseSync } from 'oxc-parser';

/** A module that a source names: by import (types included), export, dynamic import, or as a worker's `new URL(…, import.meta.url)`. */
export interface ModuleUse {
  readonly specifier: string;
  readonly line: number;
  /** `import type …` and `export type …`: gone when the source is compiled. */
  readonly typeOnly: boolean;
}

/** A global or a property of `import.meta` that only Bun or Node have. */
export interface HostUse {
  readonly name: string;
  readonly line: number;
}

export interface ParsedSource {
  readonly modules: readonly ModuleUse[];
  readonly hostGlobals: readonly HostUse[];
}

const HOST_GLOBALS = new Set(['Bun', 'process', 'Buffer', 'require', '__dirname', '__filename', 'setImmediate']);
const PORTABLE_META = new Set(['url', 'resolve']);

interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && typeof (value as SyntaxNode).type === 'string';
}

/** Calls `visit` for every node below `node` with the node above it and the field that it stands in. */
function walk(node: SyntaxNode, visit: (node: SyntaxNode, parent: SyntaxNode | null, field: string) => void): void {
  const descend = (current: SyntaxNode, parent: SyntaxNode | null, field: string): void => {
    visit(current, parent, field);
    for (const [name, value] of Object.entries(current)) {
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) descend(child, current, name);
    }
  };
  descend(node, null, '');
}

function literal(value: unknown): string | null {
  return isNode(value) && value.type === 'Literal' && typeof value.value === 'string' ? value.value : null;
}

function isName(value: unknown, name: string): boolean {
  return isNode(value) && value.type === 'Identifier' && value.name === name;
}

const NAMING = new Set(['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration', 'ImportExpression', 'TSImportType']);

/** The module that a node names, if it is of a kind that names one. */
function namedModule(node: SyntaxNode): string | null {
  if (NAMING.has(node.type)) return literal(node.source);
  if (node.type === 'TSExternalModuleReference') return literal(node.expression);
  if (node.type === 'NewExpression' && isName(node.callee, 'URL')) {
    const path = literal((node.arguments as readonly unknown[])[0]);
    return path !== null && /^\.{1,2}\/.*\.(ts|js)$/.test(path) ? path : null;
  }
  return null;
}

/** Whether an identifier stands for a value, not for the name of a property, a key or a part of a type. */
function isReference(node: SyntaxNode, parent: SyntaxNode | null, field: string): boolean {
  if (node.type !== 'Identifier' || parent === null) return false;
  if (parent.type.startsWith('TS') && !['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression'].includes(parent.type))
    return false;
  if (parent.type === 'MemberExpression' && field === 'property' && parent.computed !== true) return isName(parent.object, 'globalThis');
  if (field === 'key' && parent.computed !== true) return parent.shorthand === true;
  return !parent.type.startsWith('Import') && !parent.type.startsWith('Export');
}

const BINDING_FIELDS: Readonly<Record<string, readonly string[]>> = {
  VariableDeclarator: ['id'],
  FunctionDeclaration: ['id', 'params'],
  FunctionExpression: ['id', 'params'],
  ArrowFunctionExpression: ['params'],
  CatchClause: ['param'],
  ImportSpecifier: ['local'],
  ImportDefaultSpecifier: ['local'],
  ImportNamespaceSpecifier: ['local'],
};

/** Names that a source declares itself, in whatever scope: they are not the host's globals. */
function declaredNames(program: SyntaxNode): Set<string> {
  const names = new Set<string>();
  walk(program, (node) => {
    for (const field of BINDING_FIELDS[node.type] ?? []) {
      for (const binding of [node[field]].flat()) {
        if (!isNode(binding)) continue;
        walk(binding, (part, parent, at) => {
          if (part.type === 'Identifier' && !(at === 'key' && parent?.shorthand !== true)) names.add(part.name as string);
        });
      }
    }
  });
  return names;
}

/**
 * Reads what a TypeScript source imports and which globals of Bun or Node it touches.
 *
 * @throws Error with the file's name when it is no TypeScript.
 */
export function parseSource(path: string, text: string): ParsedSource {
  const { program, errors } = parseSync(path, text);
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`);
  const root = program as unknown as SyntaxNode;
  const lineOf = ({ start }: SyntaxNode) => text.slice(0, start).split('\n').length;
  const declared = declaredNames(root);
  const modules: ModuleUse[] = [];
  const hostGlobals: HostUse[] = [];
  walk(root, (node, parent, field) => {
    const specifier = namedModule(node);
    if (specifier !== null)
      modules.push({ specifier, line: lineOf(node), typeOnly: node.importKind === 'type' || node.exportKind === 'type' });
    const name = node.name as string;
    if (isReference(node, parent, field) && HOST_GLOBALS.has(name) && !declared.has(name)) hostGlobals.push({ name, line: lineOf(node) });
    if (node.type === 'MemberExpression' && isNode(node.object) && node.object.type === 'MetaProperty' && isNode(node.property)) {
      const property = node.property.name as string;
      if (!PORTABLE_META.has(property)) hostGlobals.push({ name: `import.meta.${property}`, line: lineOf(node) });
    }
  });
  return { modules, hostGlobals };
}
