import { element } from './element.ts';
import type { SampleGroup } from './sample-groups.ts';

/** One character a sample, so that a list shows at a glance what changed: `✗ → ✓`, or `✓✓✗✓` for a group of rollouts. */
function outcomeMarks(group: SampleGroup): string {
  const marks = (moment: string) =>
    group.samples
      .filter((sample) => sample.moment === moment)
      .map(({ verdict }) => (verdict === 'correct' ? '✓' : verdict === 'incorrect' ? '✗' : '?'))
      .join('');
  return [marks('base'), marks('final'), marks('rollout')].filter((text) => text !== '').join(' → ');
}

/**
 * A list box of problems: one stop of the Tab key; arrow keys, Home, End, Page Up and Page Down move the choice.
 */
export class SampleList {
  readonly box = element('ul', {
    role: 'listbox',
    tabindex: 0,
    'aria-label': 'Problems',
    keydown: (event) => this.#onKey(event as KeyboardEvent),
  });
  readonly #onSelect: (group: SampleGroup) => void;
  #groups: readonly SampleGroup[] = [];
  #selected = 0;

  constructor(onSelect: (group: SampleGroup) => void) {
    this.#onSelect = onSelect;
  }

  show(groups: readonly SampleGroup[]): void {
    this.#groups = groups;
    this.box.replaceChildren(
      ...groups.map((group, index) =>
        element(
          'li',
          { role: 'option', id: `problem-${index}`, click: () => this.select(index) },
          element('span', { class: 'marks' }, outcomeMarks(group)),
          element('span', { class: 'problem' }, group.prompt.slice(0, 80)),
          element('span', { class: 'family' }, group.family),
        ),
      ),
    );
    this.select(0);
  }

  select(index: number): void {
    const group = this.#groups[index];
    if (group === undefined) return;
    this.box.children[this.#selected]?.setAttribute('aria-selected', 'false');
    this.#selected = index;
    const option = this.box.children[index];
    option?.setAttribute('aria-selected', 'true');
    this.box.setAttribute('aria-activedescendant', `problem-${index}`);
    this.#keepInSight(option as HTMLElement | undefined);
    this.#onSelect(group);
  }

  move(distance: number): void {
    this.select(Math.min(this.#groups.length - 1, Math.max(0, this.#selected + distance)));
  }

  #onKey(event: KeyboardEvent): void {
    const distances: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: 10,
      PageUp: -10,
      Home: -this.#groups.length,
      End: this.#groups.length,
    };
    const distance = distances[event.key];
    if (distance === undefined) return;
    event.preventDefault();
    this.move(distance);
  }

  /** Scrolls the list alone, not the page. */
  #keepInSight(option: HTMLElement | undefined): void {
    if (option === undefined) return;
    const top = option.offsetTop - this.box.offsetTop;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    const overhang = top + option.offsetHeight - this.box.clientHeight;
    if (overhang > this.box.scrollTop) this.box.scrollTop = overhang;
  }
}
