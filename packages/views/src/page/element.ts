type Attributes = Readonly<Record<string, string | number | boolean | ((event: Event) => void)>>;

/**
 * Makes a DOM element. Text children become text nodes, never HTML: what a model wrote stays text. Attributes that are functions are
 * event listeners; `false` leaves an attribute out.
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value !== false) made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children);
  return made;
}

/** A labelled drop-down list. */
export function choice(
  label: string,
  options: readonly { value: string; label: string }[],
  onChange: (value: string) => void,
): HTMLElement {
  const select = element(
    'select',
    { change: () => onChange(select.value) },
    ...options.map((option) => element('option', { value: option.value }, option.label)),
  );
  return element('label', { class: 'choice' }, element('span', {}, label), select);
}
