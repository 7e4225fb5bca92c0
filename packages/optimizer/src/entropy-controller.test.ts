import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { EntropyController, type EntropyMode, type EntropySettings, RELEASED_ENTROPY, REPORT_ENTROPY } from './entropy-controller.ts';

const settings = (mode: EntropyMode, rest: Partial<EntropySettings> = {}): EntropySettings => ({
  mode,
  target: 0.2,
  delta: 0.25,
  min: 0,
  max: 0.5,
  coefficient: 0,
  ...rest,
});

function alphas(controller: EntropyController, entropies: readonly number[]): number[] {
  return entropies.map((entropy) => {
    const alpha = controller.begin(entropy);
    controller.end();
    return alpha;
  });
}

/** delta 0.25, bounds [0, 0.5], so that every sum is exact. Columns: entropy, alpha by the report, c after, the same for the released code. */
const table: readonly [entropy: number, paper: number, paperNext: number, released: number, releasedNext: number, gateNext: boolean][] = [
  [0.1, 0, 0.25, 0, 0.25, true], //        both start at c = 0 and step up
  [0.1, 0.25, 0.5, 0.25, 0.5, true],
  [0.2, 0.5, 0.5, 0.5, 0.25, false], //    equality: the report holds and stays on; released steps down and shuts
  [0.1, 0.5, 0.5, 0, 0.5, true], //        the released gate is late: off although below target
  [0.1, 0.5, 0.5, 0.5, 0.5, true], //      clamped at the top
  [0.3, 0, 0.25, 0.5, 0.25, false], //     the report shuts in the same step, released one step later
  [0.3, 0, 0, 0, 0, false],
  [0.3, 0, 0, 0, 0, false], //             clamped at the bottom
  [0.2, 0, 0, 0, 0, false], //             equality at the bottom: gates differ, coefficients are 0
  [0.1, 0, 0.25, 0, 0.25, true],
];

describe('entropy controller', () => {
  test('report and released code side by side, by hand', () => {
    const paper = new EntropyController(settings('adaptive-paper'));
    const released = new EntropyController(settings('adaptive-released'));
    for (const [entropy, paperAlpha, paperNext, releasedAlpha, releasedNext, gateNext] of table) {
      expect(alphas(paper, [entropy])).toEqual([paperAlpha]);
      expect(paper.state.coefficient).toBe(paperNext);
      expect(alphas(released, [entropy])).toEqual([releasedAlpha]);
      expect(released.state).toEqual({ coefficient: releasedNext, gate: gateNext });
    }
  });

  test('the report has no upper bound; one step of its delta is the whole range of the released scripts, which need fifty', () => {
    const paper = new EntropyController(REPORT_ENTROPY);
    expect(alphas(paper, new Array(101).fill(0.1)).at(-1)).toBeCloseTo(0.5, 12);
    const released = new EntropyController(RELEASED_ENTROPY);
    const sequence = alphas(released, new Array(60).fill(0.1));
    expect(sequence[1]).toBe(0.0001);
    expect(sequence[49]).toBeLessThan(0.005);
    expect(sequence[52]).toBe(0.005);
    expect(sequence[59]).toBe(0.005);
  });

  test('constant and off do not look at the entropy', () => {
    expect(alphas(new EntropyController(settings('constant', { coefficient: 0.75 })), [0.1, 5, 0.2])).toEqual([0.75, 0.75, 0.75]);
    expect(alphas(new EntropyController(settings('off', { coefficient: 0.75 })), [0.1, 5, 0.2])).toEqual([0, 0, 0]);
  });

  test('a coefficient other than 0 is where the adaptive modes start; bounds hold from the start', () => {
    expect(new EntropyController(settings('adaptive-paper', { coefficient: 0.25 })).begin(0.1)).toBe(0.25);
    expect(new EntropyController(settings('adaptive-released', { coefficient: 9 })).begin(0.1)).toBe(0.5);
    expect(new EntropyController(settings('adaptive-paper', { min: 0.125 })).begin(0.1)).toBe(0.125);
  });

  test('restored from JSON in the middle it goes on as if nothing had happened', () => {
    const entropy = fc.oneof(fc.constant(0.2), fc.double({ min: 0, max: 1, noNaN: true }));
    const mode = fc.constantFrom<EntropyMode>('off', 'constant', 'adaptive-paper', 'adaptive-released');
    const property = fc.property(mode, fc.array(entropy, { maxLength: 40 }), fc.nat(40), (chosen, entropies, cut) => {
      const configuration = settings(chosen, { delta: 0.0371, coefficient: 0.01 });
      const uninterrupted = new EntropyController(configuration);
      const expected = alphas(uninterrupted, entropies);
      const first = new EntropyController(configuration);
      const before = alphas(first, entropies.slice(0, cut));
      const second = new EntropyController(configuration, JSON.parse(JSON.stringify(first.state)));
      expect([...before, ...alphas(second, entropies.slice(cut))]).toEqual(expected);
      expect(second.state).toEqual(uninterrupted.state);
    });
    fc.assert(property);
  });

  test('a step that was begun and never ended leaves no trace', () => {
    const controller = new EntropyController(settings('adaptive-released'));
    controller.begin(0.1);
    controller.begin(0.3);
    expect(controller.state).toEqual({ coefficient: 0, gate: true });
    controller.end();
    expect(controller.state).toEqual({ coefficient: 0, gate: false });
    expect(() => controller.end()).toThrow('without begin');
  });

  test('refuses settings, states and entropies out of range', () => {
    expect(() => new EntropyController(settings('off', { target: -1 }))).toThrow('entropy.target is -1');
    expect(() => new EntropyController(settings('off', { delta: Number.NaN }))).toThrow('entropy.delta is NaN');
    expect(() => new EntropyController(settings('off', { min: 0.6 }))).toThrow('entropy.max is 0.5');
    expect(() => new EntropyController(settings('constant', { coefficient: -0.1 }))).toThrow('entropy.coefficient is -0.1');
    expect(() => new EntropyController(settings('off'), { coefficient: Number.NaN, gate: true })).toThrow('finite coefficient');
    expect(() => new EntropyController(settings('off')).begin(Number.NaN)).toThrow('the entropy of the rollout is NaN');
  });
});
