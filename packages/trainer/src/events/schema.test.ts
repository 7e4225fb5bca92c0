import { describe, expect, test } from 'bun:test';
import { isMetricName, METRICS, sourceMetricName } from './metrics.ts';
import { eventSchema } from './schema.ts';

const clock = { time_ms: 1, session: 1, elapsed_ms: 0 };
const stepClock = { ...clock, rollout_s: 1, reward_s: 0, train_s: 1, step_s: 2, generate_tok_s: 5, train_tok_s: 5, peak_memory_bytes: 1 };
const stepEnd = (metrics: Record<string, unknown>) => ({
  v: 1,
  event: 'step-end',
  step: 1,
  stage: 0,
  trained: true,
  metrics,
  clock: stepClock,
});

describe('events', () => {
  test('a step with registered metrics is an event', () => {
    expect(eventSchema.safeParse(stepEnd({ accuracy: 0.5, [sourceMetricName('nano/gcd', 'accuracy')]: 1 })).success).toBe(true);
  });

  test.each([
    ['a metric that is not registered', stepEnd({ acuracy: 0.5 })],
    ['a source metric that is not registered', stepEnd({ 'source/a/luck': 0.5 })],
    ['a value that is not finite', stepEnd({ accuracy: Number.NaN })],
    ['another version', { ...stepEnd({}), v: 2 }],
    ['an unknown event', { ...stepEnd({}), event: 'step-ended' }],
    ['an unknown field', { ...stepEnd({}), extra: 1 }],
    ['a step without its clock', { ...stepEnd({}), clock: undefined }],
    ['step 0', { ...stepEnd({}), step: 0 }],
  ])('%s is refused', (_, event) => {
    expect(eventSchema.safeParse(event).success).toBe(false);
  });
});

describe('metrics', () => {
  test('names are unique, and a source keeps its slashes out of the path', () => {
    expect(new Set(METRICS.map(({ name }) => name)).size).toBe(METRICS.length);
    expect(sourceMetricName('nano/arithmetic/gcd', 'entropy')).toBe('source/nano-arithmetic-gcd/entropy');
    expect(isMetricName('source/nano-arithmetic-gcd/entropy')).toBe(true);
    expect(isMetricName('source//entropy')).toBe(false);
  });

  test("the released code's names are given once each", () => {
    const released = METRICS.flatMap((metric) => (metric.released === null ? [] : [metric.released]));
    expect(new Set(released).size).toBe(released.length);
    expect(released).toContain('batch/solve_00%_to_10%_ratio');
    expect(released).toContain('batch/solve_90%_to_100%_ratio');
    expect(released).toContain('response_length/clip_ratio');
  });

  test('the README explains every metric', async () => {
    const readme = await Bun.file(new URL('../../README.md', import.meta.url)).text();
    const missing = METRICS.filter(
      ({ name }) => !name.startsWith('groups/solve-') || name.endsWith('none-share') || name.endsWith('all-share'),
    )
      .filter(({ name }) => !readme.includes(`\`${name}\``))
      .map(({ name }) => name);
    expect(missing).toEqual([]);
    const unmapped = METRICS.flatMap(({ released }) =>
      released !== null && !released.startsWith('batch/solve_') ? [released] : [],
    ).filter((name) => !readme.includes(`\`${name}\``));
    expect(unmapped).toEqual([]);
  });
});
