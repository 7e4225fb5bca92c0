import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@or1/trainer';
import { SAMPLE_CAPS } from '@or1/views';
import { HOSTILE, writeSyntheticRun, writeSyntheticSupervisedRun } from '@or1/views/testing';
import { renderReport } from './index.ts';
import type { PageData } from './page/page-data.ts';

/** Elements that the page is made of; whatever else a parser finds came in from outside. */
const ELEMENTS = new Set(
  `html head meta link title style body header main section div p h1 h2 h3 span ul li dl dt dd table thead tbody tr th td figure
  figcaption details summary pre label select option noscript script`.split(/\s+/),
);

interface Parsed {
  readonly elements: readonly { readonly name: string; readonly attributes: ReadonlyMap<string, string> }[];
  readonly text: string;
  readonly data: PageData;
  readonly html: string;
}

let folder: string;
const pages = new Map<string, Parsed>();

async function parse(path: string): Promise<Parsed> {
  const html = await Bun.file(path).text();
  const elements: Parsed['elements'][number][] = [];
  const text: string[] = [];
  const json: string[] = [];
  const rewriter = new HTMLRewriter()
    .on('*', {
      element({ tagName, attributes }) {
        elements.push({ name: tagName, attributes: new Map([...attributes] as [string, string][]) });
      },
    })
    .on('main', {
      text(chunk) {
        text.push(chunk.text);
      },
    })
    .on('#report-data', {
      text(chunk) {
        json.push(chunk.text);
      },
    });
  await rewriter.transform(new Response(html)).text();
  return { elements, text: text.join(''), data: JSON.parse(json.join('')) as PageData, html };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'or1-report-'));
  for (const [name, options] of [
    ['plain', {}],
    ['hostile', { hostile: true }],
    ['partial', { finished: false, steps: 6, deviation: 0.25 }],
    ['long', { steps: 2600, problems: 300 }],
  ] as const) {
    await writeSyntheticRun(join(folder, name), options);
    pages.set(name, await parse(await renderReport(join(folder, name))));
  }
  await writeSyntheticSupervisedRun(join(folder, 'supervised'));
});

afterAll(() => rm(folder, { recursive: true }));

describe('renderReport', () => {
  test('writes one file into the run folder and leaves nothing beside it', async () => {
    expect((await readdir(join(folder, 'plain'))).sort()).toEqual([
      'checkpoints',
      'evaluations',
      'events.jsonl',
      'report.html',
      'rollouts',
    ]);
  });

  test('has every chart, each with its place and a paragraph on how to read it', () => {
    const { data, elements } = pages.get('plain')!;
    expect(data.charts.map(({ id }) => id)).toEqual([
      ...['accuracy', 'entropy', 'accuracy-by-family', 'entropy-by-family', 'entropy-coefficient', 'length', 'truncated', 'groups'],
      ...['solve-rates', 'gradient-norm', 'ratio', 'time-by-phase', 'rates'],
    ]);
    const places = elements.filter(({ name }) => name === 'figure').map(({ attributes }) => attributes.get('id'));
    expect(places).toEqual(data.charts.map(({ id }) => `chart-${id}`));
    expect(data.charts.every(({ howToRead }) => howToRead.length > 100)).toBe(true);
  });

  test('draws the figures of the events: rollouts, evaluations with intervals, target, phases, stages', () => {
    const { data } = pages.get('plain')!;
    const chart = (id: string) => data.charts.find((one) => one.id === id)!;
    const accuracy = chart('accuracy');
    expect(accuracy.x).toEqual(Array.from({ length: 81 }, (_, step) => step));
    const [, , heldOut, heldOutLow] = accuracy.series;
    expect([heldOut!.label, heldOut!.values[0], heldOut!.values[80]]).toEqual(['held out, temperature 1', 0.362, 0.832]);
    expect([heldOutLow!.label, heldOutLow!.values[0], heldOutLow!.values[80]]).toEqual(['held out, temperature 0.6', 0.61, 0.871]);
    // 1.96 standard deviations of a share of 512 problems.
    const half = 1.96 * Math.sqrt((0.832 * 0.168) / 512);
    expect(heldOut!.interval!.low[80]).toBeCloseTo(0.832 - half, 5);
    expect(chart('entropy').series.find(({ style }) => style === 'target')!.values).toEqual(Array.from({ length: 80 }, () => 0.1));
    expect(chart('time-by-phase').series.map(({ label }) => label)).toEqual(['generation', 'waiting for verdicts', 'training', 'other']);
    expect(chart('time-by-phase').series[3]!.values[0]).toBeCloseTo(0.04, 6);
    expect(data.stages).toEqual([{ step: 40, label: 'stage 2: T = 160' }]);
  });

  test('states outcome, badge, tokens, memory and configuration', () => {
    const { text } = pages.get('plain')!;
    expect(text).toContain('rose from 36.2 %');
    expect(text).toContain('sampler equals learner: max |ratio − 1| = 0');
    expect(text).toContain('784,000');
    expect(text).toContain('296.6 MiB');
    expect(text).toContain('&quot;promptsPerStep&quot;: 256');
  });

  test('shows both ends of the held-out samples and rollouts with the text of every token', () => {
    const { samples } = pages.get('plain')!.data;
    expect(new Set(samples.map(({ moment }) => moment))).toEqual(new Set(['base', 'final', 'rollout']));
    const rollout = samples.find(({ moment }) => moment === 'rollout')!;
    expect(rollout.tokens!.pieces.join('')).toBe(`${rollout.response}<eos>`);
    expect(rollout.tokens!.logProbabilities.length).toBe(rollout.length);
    expect(rollout.tokens!.entropies!.length).toBe(rollout.length);
  });

  test('shows a run that has not ended, and warns where sampler and learner differ', () => {
    const { text, data } = pages.get('partial')!;
    expect(text).toContain('not finished');
    expect(text).toContain('sampler and learner differ: max |ratio − 1| = 0.25');
    expect(data.charts.map(({ id }) => id)).toContain('policy-drift');
    // No checkpoint, so no tokenizer: the samples stay, without token figures.
    expect(data.samples.some(({ moment }) => moment === 'rollout')).toBe(true);
    expect(data.samples.every(({ tokens }) => tokens === null)).toBe(true);
  });

  test('thins long curves and caps the samples, and says both', () => {
    const { text, data, html } = pages.get('long')!;
    for (const { x } of data.charts) expect(x.length).toBeLessThanOrEqual(2002);
    expect(text).toContain('The run has 2600 steps.');
    expect(text).toContain(`Of 300 held-out problems ${SAMPLE_CAPS.heldOutProblems} are shown`);
    expect(html.length).toBeLessThan(3_000_000);
  });

  test('shows supervised fine-tuning with its own charts', async () => {
    const { data, text } = await parse(await renderReport(join(folder, 'supervised')));
    expect(data.charts.map(({ id }) => id)).toEqual(['loss', 'gradient-norm', 'learning-rate', 'rates']);
    expect(data.charts[0]!.series[0]!.values.slice(0, 2)).toEqual([3, 2]);
    expect(text).toContain('Supervised fine-tuning, 40 steps.');
    expect(text).toContain('3.000 → 1.050');
    expect(text).not.toContain('sampler');
  });

  test('refuses a folder without a run', async () => {
    expect(renderReport(join(folder, 'nowhere'))).rejects.toThrow(InputError);
  });
});

describe.each(['plain', 'hostile', 'partial', 'long'])('the page of the %s run', (name) => {
  test('is made of its own elements alone, with its own script and no inline handlers', () => {
    const { elements } = pages.get(name)!;
    expect(elements.filter((element) => !ELEMENTS.has(element.name))).toEqual([]);
    expect(elements.filter((element) => element.name === 'script').length).toBe(2);
    expect(elements.flatMap(({ attributes }) => [...attributes.keys()]).filter((attribute) => attribute.startsWith('on'))).toEqual([]);
  });

  test('loads nothing', () => {
    const { elements, html } = pages.get(name)!;
    const loading = elements.flatMap(({ attributes }) =>
      ['src', 'href', 'srcset', 'action', 'style'].flatMap((key) => attributes.get(key) ?? []),
    );
    expect(loading).toEqual(['data:,']);
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)![1]!;
    expect(style).not.toMatch(/url\(|@import/);
    const policy = elements
      .find(({ attributes }) => attributes.get('http-equiv') === 'Content-Security-Policy')!
      .attributes.get('content')!;
    expect(policy).toStartWith('default-src &#39;none&#39;; script-src &#39;sha256-');
    expect(policy).not.toContain('unsafe');
  });
});

test('hostile text is kept as text, whole', () => {
  const { data, text } = pages.get('hostile')!;
  const sample = data.samples.find(({ moment }) => moment === 'base')!;
  for (const field of [sample.prompt, sample.response, sample.evidence, sample.extracted!, sample.problem])
    expect(field).toEndWith(HOSTILE);
  expect(text).toContain('&lt;/script&gt;&lt;script&gt;globalThis.hacked=1');
});
