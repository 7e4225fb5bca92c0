import type { RunSample } from '../run-data.ts';
import { choice, element } from './element.ts';
import {
  groupSamples,
  HELD_OUT_OUTCOMES,
  ORDERS,
  type Order,
  type Outcome,
  ROLLOUT_OUTCOMES,
  type SampleFilter,
  type SampleView,
} from './sample-groups.ts';
import { SampleList } from './sample-list.ts';
import { sampleView } from './sample-view.ts';
import type { TokenColouring } from './token-view.ts';

const VIEWS: Readonly<Record<SampleView, string>> = {
  'held-out': 'held-out problems, before and after',
  rollouts: 'rollouts during training',
};
const COLOURINGS: Readonly<Record<TokenColouring, string>> = {
  none: 'nothing',
  surprise: 'surprise (-log-probability)',
  entropy: 'entropy',
};

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function options(labels: Readonly<Record<string, string>>): { value: string; label: string }[] {
  return Object.entries(labels).map(([value, label]) => ({ value, label }));
}

/** Fills `place` with filters, a list of problems and the chosen problem's samples. */
export function showSamples(place: HTMLElement, samples: readonly RunSample[]): void {
  const views = distinct(samples.map(({ moment }): SampleView => (moment === 'rollout' ? 'rollouts' : 'held-out')));
  const firstView = views[0];
  if (firstView === undefined) return;

  let filter: SampleFilter = { view: firstView, family: null, outcome: 'any', temperature: null, step: null, order: 'given' };
  let colouring: TokenColouring = 'none';
  let chosen: Parameters<typeof sampleView>[0] | null = null;

  const count = element('p', { class: 'count', role: 'status' });
  const detail = element('div', { class: 'detail' });
  const controls = element('div', { class: 'controls' });
  const showDetail = (): void => detail.replaceChildren(chosen === null ? '' : sampleView(chosen, colouring));
  const list = new SampleList((group) => {
    chosen = group;
    showDetail();
  });

  const refresh = (change: Partial<SampleFilter>): void => {
    filter = { ...filter, ...change };
    const groups = groupSamples(samples, filter);
    count.textContent = groups.length === 1 ? '1 problem' : `${groups.length} problems`;
    chosen = null;
    list.show(groups);
    if (groups.length === 0) detail.replaceChildren(element('p', { class: 'note' }, 'No sample fits this choice.'));
  };

  const enterView = (view: SampleView): void => {
    const inView = samples.filter(({ moment }) => (moment === 'rollout') === (view === 'rollouts'));
    const families = distinct(inView.map(({ family }) => family));
    const temperatures = distinct(inView.map(({ temperature }) => temperature)).sort((left, right) => right - left);
    const steps = distinct(inView.map(({ step }) => step)).sort((left, right) => left - right);
    const numbers = (values: readonly number[]) => values.map((value) => ({ value: String(value), label: String(value) }));
    const outcomes = view === 'held-out' ? HELD_OUT_OUTCOMES : ROLLOUT_OUTCOMES;
    const parts: HTMLElement[] = [];
    if (views.length > 1) parts.push(viewChoice);
    if (view === 'held-out' && temperatures.length > 1) {
      parts.push(choice('Temperature', numbers(temperatures), (value) => refresh({ temperature: Number(value) })));
    }
    if (view === 'rollouts' && steps.length > 1) parts.push(choice('Step', numbers(steps), (value) => refresh({ step: Number(value) })));
    if (families.length > 1) {
      const everyFamily = { value: '', label: 'all families' };
      const named = families.map((family, index) => ({ value: String(index + 1), label: family }));
      parts.push(choice('Family', [everyFamily, ...named], (value) => refresh({ family: families[Number(value) - 1] ?? null })));
    }
    parts.push(choice('Outcome', options(outcomes), (value) => refresh({ outcome: value as Outcome })));
    if (inView.some(({ tokens }) => tokens !== null)) {
      parts.push(choice('Order', options(ORDERS), (value) => refresh({ order: value as Order })));
    }
    if (samples.some(({ tokens }) => tokens !== null)) parts.push(colourChoice);
    controls.replaceChildren(...parts);
    refresh({
      view,
      family: null,
      outcome: 'any',
      temperature: view === 'held-out' ? (temperatures[0] ?? null) : null,
      step: view === 'rollouts' ? (steps[0] ?? null) : null,
      order: 'given',
    });
  };

  const viewChoice = choice(
    'Show',
    views.map((view) => ({ value: view, label: VIEWS[view] })),
    (value) => enterView(value as SampleView),
  );
  const colourChoice = choice('Colour tokens by', options(COLOURINGS), (value) => {
    colouring = value as TokenColouring;
    showDetail();
  });
  const step = (distance: number, label: string, name: string) =>
    element('button', { type: 'button', 'aria-label': name, click: () => list.move(distance) }, label);
  enterView(firstView);
  place.replaceChildren(
    controls,
    element('div', { class: 'position' }, count, step(-1, '← previous', 'previous problem'), step(1, 'next →', 'next problem')),
    element('div', { class: 'browser' }, list.box, detail),
  );
}
