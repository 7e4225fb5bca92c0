/** Wires the theme list of the page; the choice holds until the page is closed. */
export function watchTheme(onChange: () => void): void {
  const select = document.querySelector<HTMLSelectElement>('#theme');
  select?.addEventListener('change', () => {
    document.documentElement.dataset.theme = select.value;
    onChange();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', onChange);
}
