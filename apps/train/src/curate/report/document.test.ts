import { describe, expect, test } from 'bun:test';
import type { CurationReport } from '@or1/data/curation';
import { renderCuration } from './index.ts';

const HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)>';
const stage = { version: 1, options: {}, asked: 10, failed: 0, bySource: {}, remembered: 4, wall_s: 1.5 };
const report: CurationReport = {
  version: 1,
  title: `Sets ${HOSTILE}`,
  in: 1200,
  out: 900,
  heldOut: 20,
  wall_s: 61,
  read_s: 0.5,
  files: { training: 'a/train.parquet', heldOut: 'a/train-held-out.parquet', dropped: 'a/train-dropped.jsonl.gz' },
  sources: [
    {
      name: 'gsm',
      licence: 'MIT',
      files: ['f'],
      rows: 1200,
      kept: 950,
      written: 920,
      dropped: { 'duplicates: near duplicate': 150, 'mix: mixing weight': 30 },
    },
  ],
  stages: [
    { ...stage, name: 'normalise', in: 1100, kept: 1100, dropped: 0, reasons: {} },
    { ...stage, name: 'duplicates', in: 1100, kept: 950, dropped: 150, reasons: { 'near duplicate': 140, 'exact duplicate': 10 } },
  ],
  left: {
    count: 100,
    reasons: { 'empty answer': 99, 'unreadable row': 1 },
    listed: [{ place: 'f:7', reason: 'unreadable row', detail: `f:7: ${HOSTILE}` }],
  },
  samples: [{ stage: 'duplicates', reason: 'near duplicate', count: 140, samples: [{ id: 'gsm#1', text: HOSTILE, detail: null }] }],
  pairs: [
    {
      stage: 'duplicates',
      reason: 'near duplicate',
      similarity: 0.8125,
      dropped: { id: 'gsm#2', text: 'Ann has 3 red apples' },
      stays: { id: 'gsm#1', text: 'Ann has 3 green apples' },
    },
  ],
  difficulty: [{ model: 'model-7B', source: 'gsm', counts: Array.from({ length: 17 }, (_, index) => index) }],
};
const page = await renderCuration(report);

describe('the page', () => {
  test('holds no markup of the data', () => {
    expect(page).not.toContain('<script>alert');
    expect(page).not.toContain('<img src=x');
    expect(page).toContain('&lt;script&gt;alert(1)');
  });

  test('loads nothing and allows its own script and style alone', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!.replaceAll('&#39;', "'");
    const script = /<script>([\s\S]*?)<\/script>\s*<\/body>/.exec(page)![1]!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`'sha256-${new Bun.CryptoHasher('sha256').update(script).digest('base64')}'`);
    expect(/<(?:link|script|img)[^>]+(?:href|src)="(?!data:)/.test(page)).toBeFalse();
    // An inline style would be refused by the policy, and lost.
    expect(/\sstyle=/.test(page.replace(/<style>[\s\S]*?<\/style>|<script>[\s\S]*?<\/script>/g, ''))).toBeFalse();
  });

  test('shows the funnel, the sources, the pairs with their differences, and the rows that were left', () => {
    for (const text of ['1,100 stay', '150 go', 'duplicates v1', '900 records for training, 20 held out', 'mixing weight', '79.2 %'])
      expect(page).toContain(text);
    expect(page).toContain('Ann has 3<mark> red</mark> apples');
    expect(page).toContain('Ann has 3<mark> green</mark> apples');
    expect(page).toContain('similarity 0.813');
    expect(page).toContain('unreadable row');
    expect(page).toContain('id="difficulty-0"');
  });
});

test('a run without models, pairs or drops has no empty sections', async () => {
  const bare = await renderCuration({
    ...report,
    title: 'Bare',
    pairs: [],
    samples: [],
    difficulty: [],
    left: { count: 0, reasons: {}, listed: [] },
  });
  for (const id of ['pairs', 'samples', 'difficulty', 'unreadable']) expect(bare).not.toContain(`id="${id}"`);
});
