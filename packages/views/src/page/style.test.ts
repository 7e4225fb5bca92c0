import { describe, expect, test } from 'bun:test';

const css = await Bun.file(new URL('style.css', import.meta.url)).text();

/** Light and dark value of a custom property declared with light-dark(). */
function pair(property: string): [string, string] {
  const match = new RegExp(`--${property}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(css);
  if (match === null) throw new Error(`style.css declares no --${property}`);
  return [match[1]!, match[2]!];
}

/** Relative luminance and contrast ratio as WCAG 2.1 defines them. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((start) => {
    const channel = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(left: string, right: string): number {
  const [dark, light] = [luminance(left), luminance(right)].sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}

describe('colours can be told from their background in both themes', () => {
  test.each(['ink', 'ink-muted', 'accent', 'good', 'bad', 'warn'])('text: %s, 4.5 at least', (property) => {
    for (const theme of [0, 1] as const) {
      for (const background of ['page', 'surface']) {
        expect(contrast(pair(property)[theme], pair(background)[theme])).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  test.each(['series-0', 'series-1', 'series-2', 'series-3', 'series-4', 'series-5', 'series-6', 'series-7', 'neutral'])(
    'lines: %s, 3 at least',
    (property) => {
      for (const theme of [0, 1] as const) expect(contrast(pair(property)[theme], pair('surface')[theme])).toBeGreaterThanOrEqual(3);
    },
  );
});
