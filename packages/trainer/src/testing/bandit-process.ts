/** Runs or resumes a bandit run in a process of its own: `bun bandit-process.ts FOLDER DELAY_MS STEPS`. */
import { fileSize } from '../files.ts';
import { createRunFolder, openRunFolder } from '../run-folder/run-folder.ts';
import { train } from '../train.ts';
import { createBanditRun } from './bandit-run.ts';

const [path, delay, steps] = process.argv.slice(2);
if (!path || !delay || !steps) throw new Error('usage: bun bandit-process.ts FOLDER DELAY_MS STEPS');
const stages = [
  { steps: Math.ceil(Number(steps) / 2), contextLength: 2 },
  { steps: Math.floor(Number(steps) / 2), contextLength: 4 },
];
const { configuration, parts } = createBanditRun({ stages }, { delayMs: Number(delay) });
const exists = (await fileSize(`${path}/config.json`)) !== null;
const folder = exists ? await openRunFolder(path) : await createRunFolder(path, configuration);
await train({ runFolder: path, configuration, parts });
await folder.release();
