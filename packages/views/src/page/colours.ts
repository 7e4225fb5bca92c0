/** The value that a CSS custom property of the page has under the present theme, as a colour that a canvas understands. */
export function themeColour(property: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${property})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

/** Colours of the palette; series beyond them repeat the colours with another dash. */
export const PALETTE_SIZE = 8;

export function seriesColour(colour: number | 'neutral'): string {
  return themeColour(colour === 'neutral' ? '--neutral' : `--series-${colour % PALETTE_SIZE}`);
}
