/** Script and style of the page, made from `page/` and the charting library, ready to stand inside the page. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

const LICENCES = ['uplot'];

async function licenceOf(name: string): Promise<string> {
  const folder = new URL(import.meta.resolve(`${name}/package.json`));
  const { version } = (await Bun.file(folder).json()) as { version: string };
  const text = await Bun.file(new URL('LICENSE', folder)).text();
  return `${name} ${version}\n${text.trim()}`;
}

/** Bundles the page's script for the browser and joins the style sheets. */
export async function buildPageAssets(): Promise<PageAssets> {
  const built = await Bun.build({
    entrypoints: [Bun.fileURLToPath(new URL('page/main.ts', import.meta.url))],
    target: 'browser',
    format: 'iife',
    minify: true,
  });
  const [output] = built.outputs;
  if (output === undefined) throw new Error('the script of the report page was not built');
  const code = await output.text();
  // An HTML parser ends a script element at this text even inside a string; the escaped slash means the same to JavaScript.
  const licences = (await Promise.all(LICENCES.map(licenceOf))).join('\n\n').replaceAll('*/', '* /');
  const script = `/*!\n${licences}\n*/\n${code}`.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
  const library = await Bun.file(new URL(import.meta.resolve('uplot/dist/uPlot.min.css'))).text();
  const own = await Bun.file(new URL('page/style.css', import.meta.url)).text();
  return { script, style: `${library}\n${own}` };
}
