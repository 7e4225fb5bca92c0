import { dirname } from 'node:path';

/** Script and style of a page, ready to stand inside it or to be served beside it. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

async function licenceOf(name: string, from: string): Promise<string> {
  // Many packages do not export their package.json, so it is looked for from their entry upwards.
  let folder = dirname(Bun.resolveSync(name, from));
  while (!folder.endsWith(`node_modules/${name}`)) {
    if (folder === dirname(folder)) throw new Error(`${name}: its folder was not found`);
    folder = dirname(folder);
  }
  const { version } = (await Bun.file(`${folder}/package.json`).json()) as { version: string };
  const text = await Bun.file(`${folder}/LICENSE`).text();
  return `${name} ${version}\n${text.trim()}`;
}

/**
 * Bundles a script for the browser from its source.
 *
 * @param libraries packages in it whose licences must stand in the script
 * @param options of the bundler beyond what every page needs
 */
export async function bundleScript(
  entrypoint: string,
  libraries: readonly string[],
  options: Pick<Bun.BuildConfig, 'external'> = {},
): Promise<string> {
  const built = await Bun.build({
    entrypoints: [entrypoint],
    target: 'browser',
    format: 'iife',
    minify: true,
    // The packages' sources, as Bun itself runs them.
    conditions: ['bun'],
    ...options,
  });
  const [output] = built.outputs;
  if (output === undefined) throw new Error(`${entrypoint} was not built`);
  const code = await output.text();
  const from = dirname(entrypoint);
  // An HTML parser ends a script element at this text even inside a string; the escaped slash means the same to JavaScript.
  const licences = (await Promise.all(libraries.map((name) => licenceOf(name, from)))).join('\n\n').replaceAll('*/', '* /');
  return `/*!\n${licences}\n*/\n${code}`.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
}

/** The style of every page: the charting library's and our own. */
export async function pageStyle(): Promise<string> {
  const library = await Bun.file(new URL(import.meta.resolve('uplot/dist/uPlot.min.css'))).text();
  const own = await Bun.file(new URL('../page/style.css', import.meta.url)).text();
  return `${library}\n${own}`;
}
