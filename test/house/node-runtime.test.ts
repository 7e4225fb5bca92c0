/** The packages promise to run in Node too, from what `build` bundles; this runs one whole chain there: load, generate, decode. */
import { expect, test } from 'bun:test';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dir, '..', '..');

const program = `
import { groupAdvantages } from '@or1/optimizer';
import { createWasmDevice } from '@or1/compute';
import { LanguageModel, openModelFolder } from '@or1/model';
import { directoryFiles } from '@or1/model/node';
import { nanoBase, nanoVerifiers } from '@or1/nano';
import { knownMappings } from '@or1/data';
import { LocalEngine } from '@or1/rollout';
import { createJudge } from '@or1/reward';
import { fileURLToPath } from 'node:url';

const folder = await openModelFolder(directoryFiles(fileURLToPath(nanoBase('nano-E'))));
const device = await createWasmDevice();
const model = await LanguageModel.create(device, folder.config, folder.tensors, { trainable: false });
const engine = new LocalEngine(model, { slots: 2, promptSegments: 2, promptCapacity: 16, contextLength: 64 });
const { rollouts } = await engine.generate({
  prompts: [{ tokens: folder.tokenizer.encode('16*67?', { addSpecialTokens: true }), key: 0 }],
  samplesPerPrompt: 1, contextLength: 64, sampling: { temperature: 0, topK: 0, topP: 1, minP: 0 },
  stopTokens: folder.config.endTokens, suppressTokens: folder.generation.suppressTokens, seed: 1, step: 0,
});
const response = (reward) => ({ reward, correct: reward > 0, truncated: false, tokens: 1 });
const advantages = groupAdvantages([response(1), response(0)], { advantage: { normalize: true }, truncation: 'none' });
console.log(JSON.stringify({
  text: folder.tokenizer.decode(rollouts[0].tokens, { skipSpecial: true }), advantage: advantages[0],
  mappings: knownMappings.length > 0, judge: typeof createJudge, verifiers: typeof nanoVerifiers,
}));
`;

test.skipIf(Bun.which('node') === null)('Node loads the built packages and generates', async () => {
  const file = join(root, 'test', `.node-runtime-${process.pid}.mjs`);
  await Bun.write(file, program);
  try {
    const node = Bun.spawn(['node', file], { stdout: 'pipe', stderr: 'pipe' });
    const [output, errors] = await Promise.all([new Response(node.stdout).text(), new Response(node.stderr).text()]);
    expect(errors).toBe('');
    expect(JSON.parse(output)).toMatchObject({ text: '<16*7=112;16*60=960;112+960=1072;>[1072]', mappings: true, judge: 'function' });
  } finally {
    await rm(file, { force: true });
  }
});
