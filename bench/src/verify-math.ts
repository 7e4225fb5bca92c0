import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { verifyMath } from '@or1/reward/math';
import { type GoldCollection, loadGolds } from './verify-math/golds.ts';
import { distinctGolds, type Pair, pairsOf, sampleGolds } from './verify-math/sample.ts';

/**
 * The math verifier against Math-Verify: share of right responses accepted and of near misses refused, by kind, and answers a second.
 * The reference's verdicts are recorded in test/oracles/math-verify; its speed is measured in the same run where `python3` (or $PYTHON)
 * has math-verify, and taken from the recording elsewhere.
 */
export const name = 'verify-math';

export interface BenchRow {
  readonly name: string;
  readonly shape: string;
  readonly value: number;
  readonly unit: string;
  readonly ceiling: number | null;
  readonly share_of_ceiling: number | null;
  readonly peer: string | null;
  readonly ratio_to_peer: number | null;
}

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

function shareRows(ours: Shares, reference: Shares | null, peer: string): BenchRow[] {
  return ours.kinds.map((kind) => {
    const [mine, theirs] = [ours.get(kind)!, reference?.get(kind)];
    const value = shareOf(mine);
    const peerShare = theirs === undefined ? null : shareOf(theirs);
    return {
      name: `verify-math ${kind}`,
      shape: `${mine.total} pairs`,
      value,
      unit: 'share',
      ceiling: 1,
      share_of_ceiling: value,
      peer: peerShare === null ? null : `${peer}: ${peerShare.toFixed(4)} of ${theirs!.total}`,
      ratio_to_peer: peerShare === null || peerShare === 0 ? null : value / peerShare,
    };
  });
}

const at = (sorted: readonly number[], share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;

/** Golds of each collection that cannot be read. */
function readableRows(collections: readonly GoldCollection[]): BenchRow[] {
  return collections.map(({ name: collection, golds }) => {
    const unread = golds.filter((gold) => verifyMath(`\\boxed{${gold}}`, gold).verdict === 'unverifiable').length;
    const value = 1 - unread / golds.length;
    return {
      name: `verify-math golds read`,
      shape: `${collection}, ${golds.length} different`,
      value,
      unit: 'share',
      ceiling: 1,
      share_of_ceiling: value,
      peer: null,
      ratio_to_peer: null,
    };
  });
}

/** Runs the benchmark over the public golds under `dataFolder` (the layout is that of `verify-math/golds.ts`). */
export async function run({
  dataFolder = resolve(ROOT, '../shared/data'),
}: {
  readonly dataFolder?: string;
} = {}): Promise<readonly BenchRow[]> {
  const collections = existsSync(dataFolder) ? await loadGolds(dataFolder) : [];
  if (collections.length === 0) {
    process.stderr.write(`verify-math: no golds under ${dataFolder}; skipped\n`);
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
  const peer = `${recording.reference}, ${live === null ? 'recorded' : 'same run'}: ${(1_000 / speed.reference).toFixed(0)} answers/s`;
  const time = (label: string, value: number): BenchRow => ({
    name: `verify-math ${label}`,
    shape: `${times.length} answers`,
    value,
    unit: 'ms',
    ceiling: null,
    share_of_ceiling: null,
    peer: null,
    ratio_to_peer: null,
  });
  return [
    {
      name: 'verify-math throughput',
      shape: `${times.length} answers`,
      value: perSecond,
      unit: 'answers/s',
      ceiling: null,
      share_of_ceiling: null,
      peer,
      ratio_to_peer: speed.reference / speed.ours,
    },
    time('median', at(times, 0.5)),
    time('99th percentile', at(times, 0.99)),
    time('slowest', at(times, 1)),
    ...readableRows(collections),
    ...shareRows(shares, referenceShares(golds, recording), recording.reference),
  ];
}

if (import.meta.main) {
  for (const row of await run()) {
    const value = row.unit === 'share' ? row.value.toFixed(4) : row.value.toPrecision(4);
    const ratio = row.ratio_to_peer === null ? '' : `  x${row.ratio_to_peer.toFixed(3)}`;
    console.log(`${row.name.padEnd(58)} ${row.shape.padEnd(24)} ${value.padStart(10)} ${row.unit.padEnd(10)} ${row.peer ?? ''}${ratio}`);
  }
}
