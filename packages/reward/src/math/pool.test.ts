import { describe, expect, test } from 'bun:test';
import { createMathPool, type PoolWorker, type WorkerQuestion } from './pool.ts';
import { verifyMath } from './verify.ts';

/** A worker inside this thread: hangs or breaks where the response says so. */
function inlineWorker(): PoolWorker & { ended: boolean } {
  const worker: PoolWorker & { ended: boolean } = {
    ended: false,
    onmessage: null,
    onerror: null,
    terminate: () => {
      worker.ended = true;
    },
    postMessage: ({ ticket, response, gold, options }: WorkerQuestion) => {
      if (response === 'hang') return;
      queueMicrotask(() => {
        if (response === 'break') worker.onerror?.({ message: 'broken' });
        else worker.onmessage?.({ data: { ticket, judgement: verifyMath(response, gold, options) } });
      });
    },
  };
  return worker;
}

describe('the pool', () => {
  test('judges in real workers', async () => {
    const pool = createMathPool({ size: 2, timeoutMs: 20_000 });
    try {
      const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => pool.verify(`\\boxed{${index}}`, '7')));
      expect(answers.map(({ verdict }) => verdict)).toEqual(answers.map((_, index) => (index === 7 ? 'correct' : 'incorrect')));
      expect(pool.replaced).toBe(0);
    } finally {
      pool.dispose();
    }
  });

  test('ends and replaces a stuck worker, and judges everything else', async () => {
    const workers: ReturnType<typeof inlineWorker>[] = [];
    const pool = createMathPool({
      size: 1,
      timeoutMs: 20,
      createWorker: () => {
        workers.push(inlineWorker());
        return workers.at(-1)!;
      },
    });
    const [before, stuck, after] = await Promise.all([
      pool.verify('\\boxed{1}', '1'),
      pool.verify('hang', '1'),
      pool.verify('\\boxed{2}', '1'),
    ]);
    expect(before.verdict).toBe('correct');
    expect(stuck).toMatchObject({ verdict: 'infrastructure-error', reward: null });
    expect(stuck.evidence).toContain('20 ms');
    expect(after.verdict).toBe('incorrect');
    expect(pool.replaced).toBe(1);
    expect(workers.map(({ ended }) => ended)).toEqual([true, false]);
    pool.dispose();
  });

  test('ends a real worker that never returns', async () => {
    const endless = URL.createObjectURL(new Blob(['onmessage = () => { for (;;) {} }'], { type: 'application/javascript' }));
    const pool = createMathPool({ size: 1, timeoutMs: 100, createWorker: () => new Worker(endless) as unknown as PoolWorker });
    const stuck = await pool.verify('\\boxed{1}', '1');
    expect(stuck.verdict).toBe('infrastructure-error');
    expect(pool.replaced).toBe(1);
    pool.dispose();
    URL.revokeObjectURL(endless);
  });

  test('a worker that breaks costs its own answer only', async () => {
    const pool = createMathPool({ size: 1, createWorker: inlineWorker });
    const [broken, after] = await Promise.all([pool.verify('break', '1'), pool.verify('\\boxed{1}', '1')]);
    expect(broken.verdict).toBe('infrastructure-error');
    expect(broken.evidence).toContain('broken');
    expect(after.verdict).toBe('correct');
    pool.dispose();
  });

  test('refuses a size or a wall clock that makes no sense, and answers nothing once disposed', async () => {
    expect(() => createMathPool({ size: 0 })).toThrow('pool size 0');
    expect(() => createMathPool({ timeoutMs: 0 })).toThrow('timeoutMs 0');
    const pool = createMathPool({ size: 1, createWorker: inlineWorker });
    const pending = pool.verify('hang', '1');
    const waiting = pool.verify('\\boxed{1}', '1');
    pool.dispose();
    expect((await pending).verdict).toBe('infrastructure-error');
    expect((await waiting).verdict).toBe('infrastructure-error');
    expect((await pool.verify('\\boxed{1}', '1')).verdict).toBe('infrastructure-error');
  });
});
