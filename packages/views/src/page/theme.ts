/**
 * Wires the theme list of the page; the choice holds until the page is closed.
 *
 * @returns what stops the wiring
 */
export function watchTheme(onChange: () => void): () => void {
  const select = document.querySelector<HTMLSelectElement>('#theme');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const onSelect = () => {
    document.documentElement.dataset.theme = select?.value ?? '';
    onChange();
  };
  select?.addEventListener('change', onSelect);
  dark.addEventListener('change', onChange);
  return () => {
    select?.removeEventListener('change', onSelect);
    dark.removeEventListener('change', onChange);
  };
}
