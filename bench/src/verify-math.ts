import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { verifyMath } from '@or1/reward/math';
import { type BenchOptions, type Row, row } from './bench.ts';
import { type GoldCollection, loadGolds } from './verify-math/golds.ts';
import { distinctGolds, type Pair, pairsOf, sampleGolds } from './verify-math/sample.ts';

/**
 * The math verifier against Math-Verify: share of right responses accepted and of near misses refused, by kind, and answers a second.
 * The reference's verdicts are recorded in test/oracles/math-verify; its speed is measured in the same run where `python3` (or $PYTHON)
 * has math-verify, and taken from the recording elsewhere.
 */
export const name = 'verify-math';

interface Recording {
  readonly reference: string;
  readonly pairs: number;
  readonly sha256: string;
  readonly mean_ms: number;
  readonly verdicts: string;
}

const ROOT = resolve(import.meta.dir, '../..');
const ORACLE = join(ROOT, 'test/oracles/math-verify');
/** Pairs that the reference judges for the comparison of speed. */
const TIMED_PAIRS = 400;

interface Share {
  right: number;
  total: number;
}

const shareOf = ({ right, total }: Share): number => (total === 0 ? 1 : right / total);

class Shares {
  private readonly byKind = new Map<string, Share>();

  count(kind: string, isRight: boolean): void {
    const share = this.byKind.get(kind) ?? { right: 0, total: 0 };
    share.right += Number(isRight);
    share.total++;
    this.byKind.set(kind, share);
  }

  get(kind: string): Share | undefined {
    return this.byKind.get(kind);
  }

  get kinds(): readonly string[] {
    return [...this.byKind.keys()];
  }
}

const labelOf = (expected: Pair['expected']): string => (expected === 'correct' ? 'accepted' : 'refused');

/** Judges all pairs of `golds`, counting by kind and in total; returns the times of single answers in milliseconds. */
function judgePairs(golds: readonly string[], shares: Shares): number[] {
  const times: number[] = [];
  for (const gold of golds) {
    for (const { response, expected, kind } of pairsOf(gold)) {
      const { verdict, durationMs } = verifyMath(response, gold);
      times.push(durationMs);
      shares.count(`${labelOf(expected)} all`, verdict === expected);
      shares.count(`${labelOf(expected)} ${kind}`, verdict === expected);
    }
  }
  return times.sort((a, b) => a - b);
}

/** The sampled pairs as lines, as the recording hashed them, and the reference's shares over them; null where the data has changed. */
function referenceShares(golds: readonly string[], recording: Recording): Shares | null {
  const pairs = sampleGolds(golds).flatMap((gold) => [...pairsOf(gold)]);
  const text = pairs.map((pair, id) => `${JSON.stringify({ id, ...pair })}\n`).join('');
  if (createHash('sha256').update(text).digest('hex') !== recording.sha256) return null;
  const shares = new Shares();
  pairs.forEach(({ expected, kind }, index) => {
    const isRight = (recording.verdicts[index] === '1') === (expected === 'correct');
    shares.count(`${labelOf(expected)} all`, isRight);
    shares.count(`${labelOf(expected)} ${kind}`, isRight);
  });
  return shares;
}

/** Mean milliseconds of the reference and of ours over the same pairs, measured now; null where there is no Python with the reference. */
async function timeReference(golds: readonly string[]): Promise<{ readonly reference: number; readonly ours: number } | null> {
  const python = Bun.which(process.env.PYTHON ?? 'python3');
  if (python === null || Bun.spawnSync([python, '-c', 'import math_verify'], { stderr: 'ignore' }).exitCode !== 0) return null;
  const all = sampleGolds(golds).flatMap((gold) => [...pairsOf(gold)]);
  const pairs = Array.from(
    { length: Math.min(TIMED_PAIRS, all.length) },
    (_, index) => all[Math.floor((index * all.length) / TIMED_PAIRS)]!,
  );
  const folder = await mkdtemp(join(tmpdir(), 'or1-math-verify-'));
  try {
    const [source, target] = [join(folder, 'pairs.jsonl'), join(folder, 'reference.json')];
    await writeFile(source, pairs.map((pair, id) => `${JSON.stringify({ id, ...pair })}\n`).join(''));
    const child = Bun.spawnSync([python, join(ORACLE, 'reference.py'), source, target], { stderr: 'pipe' });
    if (child.exitCode !== 0) throw new Error(`reference.py failed: ${child.stderr.toString().trim().split('\n').at(-1)}`);
    const { mean_ms } = JSON.parse(await readFile(target, 'utf8')) as Recording;
    const started = performance.now();
    for (const { gold, response } of pairs) verifyMath(response, gold);
    return { reference: mean_ms, ours: (performance.now() - started) / pairs.length };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function shareRows(ours: Shares, reference: Shares | null, peer: string): Row[] {
  return ours.kinds.map((kind) => {
    const [mine, theirs] = [ours.get(kind)!, reference?.get(kind)];
    const peerShare = theirs === undefined ? null : shareOf(theirs);
    return row(name, `${kind}, ${mine.total} pairs`, shareOf(mine), 'share', {
      ceiling: 1,
      peer: peerShare === null || peerShare === 0 ? null : { name: peer, value: peerShare },
    });
  });
}

const at = (sorted: readonly number[], share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;

/** Golds of each collection that can be read. */
function readableRows(collections: readonly GoldCollection[]): Row[] {
  return collections.map(({ name: collection, golds }) => {
    const unread = golds.filter((gold) => verifyMath(`\\boxed{${gold}}`, gold).verdict === 'unverifiable').length;
    return row(name, `golds read, ${collection}, ${golds.length} different`, 1 - unread / golds.length, 'share', { ceiling: 1 });
  });
}

/** Runs the benchmark over the public golds under `dataFolder` (the layout is that of `verify-math/golds.ts`). */
export async function run({ say }: Pick<BenchOptions, 'say'>, dataFolder = resolve(ROOT, '../shared/data')): Promise<readonly Row[]> {
  const collections = existsSync(dataFolder) ? await loadGolds(dataFolder) : [];
  if (collections.length === 0) {
    say(`verify-math: no golds under ${dataFolder}; skipped`);
    return [];
  }
  const golds = distinctGolds(collections);
  const recording = JSON.parse(await readFile(join(ORACLE, 'reference.json'), 'utf8')) as Recording;
  judgePairs(golds.slice(0, 200), new Shares());

  const shares = new Shares();
  const started = performance.now();
  const times = judgePairs(golds, shares);
  const perSecond = times.length / ((performance.now() - started) / 1_000);
  const live = await timeReference(golds);
  const speed = live ?? { reference: recording.mean_ms, ours: 1_000 / perSecond };
  const peer = { name: `${recording.reference}, ${live === null ? 'recorded' : 'same run'}`, value: 1_000 / speed.reference };
  const answers = `${times.length} answers`;
  return [
    row(name, `throughput, ${answers}`, 1_000 / speed.ours, 'answers/s', { peer }),
    row(name, `median, ${answers}`, at(times, 0.5), 'ms'),
    row(name, `99th percentile, ${answers}`, at(times, 0.99), 'ms'),
    row(name, `slowest, ${answers}`, at(times, 1), 'ms'),
    ...readableRows(collections),
    ...shareRows(shares, referenceShares(golds, recording), recording.reference),
  ];
}

if (import.meta.main) {
  for (const { shape, value, unit, peer, ratio_to_peer: ratio } of await run({ say: (text) => console.error(text) })) {
    const beside = ratio === null ? '' : `  x${ratio.toFixed(3)} of ${peer!.toPrecision(4)}`;
    console.log(
      `${shape.padEnd(58)} ${(unit === 'share' ? value.toFixed(4) : value.toPrecision(4)).padStart(10)} ${unit.padEnd(10)}${beside}`,
    );
  }
}
