/**
 * Writes the pairs that the reference judges, one JSON object a line:
 * `bun bench/src/verify-math/write-pairs.ts DATA_FOLDER > pairs.jsonl`, then test/oracles/math-verify/reference.py.
 */
import { loadGolds } from './golds.ts';
import { distinctGolds, pairsOf, sampleGolds } from './sample.ts';

const folder = process.argv[2];
if (folder === undefined) {
  console.error('write-pairs: name the data folder, as in: bun bench/src/verify-math/write-pairs.ts ../shared/data');
  process.exit(2);
}
const output = Bun.stdout.writer();
let id = 0;
for (const gold of sampleGolds(distinctGolds(await loadGolds(folder)))) {
  for (const pair of pairsOf(gold)) output.write(`${JSON.stringify({ id: id++, ...pair })}\n`);
}
await output.end();
