import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Arrival } from '../hooks.ts';

/** Whether a view was shown before: the first one leaves the focus where the browser puts it. */
let entered = false;

/** The title of a view. It takes the focus when the view is entered, so that a screen reader says where one is. */
export function Title({ children, note }: { readonly children: string; readonly note?: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${children} · or1 dashboard`;
    if (entered) heading.current?.focus();
    entered = true;
  }, [children]);
  return (
    <div class="title">
      <h1 tabIndex={-1} ref={heading}>
        {children}
      </h1>
      {note === undefined ? null : <p class="note">{note}</p>}
    </div>
  );
}

export function Notice({ children }: { readonly children: ComponentChildren }) {
  return (
    <p class="notice" role="status">
      {children}
    </p>
  );
}

/** Shows what has arrived, or why it has not. */
export function Arrived<T>({ of, children }: { readonly of: Arrival<T>; readonly children: (value: T) => ComponentChildren }) {
  if (of.error !== null)
    return (
      <p class="notice bad" role="alert">
        {of.error.message}
      </p>
    );
  if (of.value === null)
    return (
      <p class="note" role="status">
        Loading …
      </p>
    );
  return <>{children(of.value)}</>;
}

/** A table that scrolls within itself on a narrow screen. */
export function Scrolling({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="scroll" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
