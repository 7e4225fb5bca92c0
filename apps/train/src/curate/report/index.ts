import type { CurationReport } from '@or1/data/curation';
import { bundleScript, pageStyle } from '@or1/views/node';
import { renderDocument } from './document.ts';

/** The report of a curation run as one page that works offline. */
export async function renderCuration(report: CurationReport): Promise<string> {
  const own = Bun.file(new URL('page/style.css', import.meta.url)).text();
  const [script, style, more] = await Promise.all([
    bundleScript(Bun.fileURLToPath(new URL('page/main.ts', import.meta.url)), ['uplot']),
    pageStyle(),
    own,
  ]);
  return renderDocument(report, { script, style: `${style}\n${more}` });
}
