import { describe, expect, test } from 'bun:test';
import { sha256 } from '../node/sha256.ts';
import { type Ledger, memoryLedger } from './ledger.ts';
import { type CurationItem, KEEP, type Outcome, type Stage } from './stage.ts';
import { runStage } from './stage-runner.ts';
import { someItem } from './testing/items.ts';

const host = (ledger: Ledger) => ({ hasher: sha256, ledger, signal: new AbortController().signal, now: () => performance.now() });

/** A stage that says what `rule` says, and remembers what it was asked. */
function spyStage(rule: (item: CurationItem) => Outcome, more: Partial<Stage> = {}): Stage & { readonly asked: string[][] } {
  const asked: string[][] = [];
  return {
    name: 'spy',
    version: 1,
    scope: 'record',
    options: {},
    inputs: [],
    asked,
    judge: (items) => {
      asked.push(items.map(({ id }) => id));
      return items.map(rule);
    },
    ...more,
  };
}

const dropOdd = ({ text }: CurationItem): Outcome =>
  Number(text) % 2 === 0 ? { verdict: 'keep', note: { even: true } } : { verdict: 'drop', reason: 'odd', detail: text };
const items = ['1', '2', '3', '4'].map((text) => someItem(text));

describe('a stage that judges records', () => {
  test('gives the kept in order, the dropped with their reasons, and the notes', async () => {
    const { kept, dropped, notes, asked, remembered } = await runStage(spyStage(dropOdd), items, host(memoryLedger()));
    expect(kept).toEqual([items[1]!, items[3]!]);
    expect(dropped).toEqual([
      { item: items[0]!, outcome: { verdict: 'drop', reason: 'odd', detail: '1' } },
      { item: items[2]!, outcome: { verdict: 'drop', reason: 'odd', detail: '3' } },
    ]);
    expect([...notes]).toEqual([
      ['s#2', { even: true }],
      ['s#4', { even: true }],
    ]);
    expect({ asked, remembered }).toEqual({ asked: 4, remembered: 0 });
  });

  test('a second run asks for nothing, and a run with another record for that one alone', async () => {
    const ledger = memoryLedger();
    const stage = spyStage(dropOdd);
    const first = await runStage(stage, items, host(ledger));
    const again = await runStage(stage, items, host(ledger));
    expect({ ...again, wallMs: 0, remembered: 0 }).toEqual({ ...first, wallMs: 0 });
    expect(again.remembered).toBe(4);
    const changed = await runStage(stage, [...items.slice(0, 2), someItem('6'), items[3]!], host(ledger));
    expect(stage.asked).toEqual([['s#1', 's#2', 's#3', 's#4'], ['s#6']]);
    expect(changed.kept.map(({ text }) => text)).toEqual(['2', '6', '4']);
  });

  test.each([
    ['version', { version: 2 }],
    ['options', { options: { strict: true } }],
    ['inputs', { inputs: ['another model'] }],
  ] as const)('another %s is asked anew', async (_, more) => {
    const ledger = memoryLedger();
    await runStage(spyStage(dropOdd), items, host(ledger));
    const other = spyStage(dropOdd, more);
    await runStage(other, items, host(ledger));
    expect(other.asked).toHaveLength(1);
  });

  test('what failed is dropped, and asked again by the next run', async () => {
    const ledger = memoryLedger();
    let isBroken = true;
    const stage = spyStage((item) => (isBroken && item.text === '2' ? { verdict: 'failed', reason: 'the server was away' } : KEEP));
    const { dropped } = await runStage(stage, items, host(ledger));
    expect(dropped.map(({ outcome }) => outcome)).toEqual([{ verdict: 'failed', reason: 'the server was away' }]);
    isBroken = false;
    expect((await runStage(stage, items, host(ledger))).kept).toHaveLength(4);
    expect(stage.asked[1]).toEqual(['s#2']);
  });

  test('a changed record goes on in place of the old one, with a hash of its own, remembered or not', async () => {
    const ledger = memoryLedger();
    const stage = spyStage(({ record }) => ({ verdict: 'keep', record: { ...record, ability: 'other' }, solutions: ['s'] }));
    const first = await runStage(stage, items, host(ledger));
    const again = await runStage(stage, items, host(ledger));
    expect(first.kept.map(({ record, solutions }) => [record.ability, ...solutions])).toEqual(items.map(() => ['other', 's']));
    expect(first.kept[0]!.hash).not.toBe(items[0]!.hash);
    expect(again.kept).toEqual(first.kept);
  });

  test('batches are on file one by one, so an end in the middle loses one batch', async () => {
    const ledger = memoryLedger();
    const stage = spyStage(
      ({ text }) => {
        if (text === '3') throw new Error('pulled the plug');
        return KEEP;
      },
      { batchSize: 2 },
    );
    await expect(runStage(stage, items, host(ledger))).rejects.toThrow('pulled the plug');
    const next = spyStage(() => KEEP, { batchSize: 2 });
    await runStage(next, items, host(ledger));
    expect(next.asked).toEqual([['s#3', 's#4']]);
  });

  test('items that it does not apply to stay and are not shown; a wrong number of outcomes is refused', async () => {
    const stage = spyStage(() => ({ verdict: 'drop', reason: 'all' }), { applies: ({ text }) => text > '2' });
    const { kept, asked } = await runStage(stage, items, host(memoryLedger()));
    expect(kept.map(({ text }) => text)).toEqual(['1', '2']);
    expect(asked).toBe(2);
    const short = spyStage(() => KEEP, { judge: () => [] });
    await expect(runStage(short, items, host(memoryLedger()))).rejects.toThrow('gave 0 outcomes for 4 items');
  });

  test('a cheap stage keeps nothing', async () => {
    const ledger = memoryLedger();
    const stage = spyStage(dropOdd, { isCheap: true });
    await runStage(stage, items, host(ledger));
    await runStage(stage, items, host(ledger));
    expect(stage.asked).toHaveLength(2);
  });
});

describe('a stage that judges the set', () => {
  const stage = () => spyStage(dropOdd, { scope: 'set' });

  test('is asked once for the same list, and anew for another list or order', async () => {
    const ledger = memoryLedger();
    const spy = stage();
    const first = await runStage(spy, items, host(ledger));
    const again = await runStage(spy, items, host(ledger));
    expect(again.kept).toEqual(first.kept);
    expect(again.dropped).toEqual(first.dropped);
    expect([...again.notes]).toEqual([...first.notes]);
    expect(spy.asked).toHaveLength(1);
    await runStage(spy, items.toReversed(), host(ledger));
    await runStage(spy, items.slice(1), host(ledger));
    expect(spy.asked.map((ids) => ids.length)).toEqual([4, 4, 3]);
  });

  test('hears that the run was cancelled', async () => {
    const cancelled = { ...host(memoryLedger()), signal: AbortSignal.abort(new Error('stopped')) };
    await expect(runStage(stage(), items, cancelled)).rejects.toThrow('stopped');
  });
});
