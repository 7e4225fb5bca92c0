import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { embeddedJson, html } from './html.ts';

describe('html', () => {
  test('escapes values in content and attributes', () => {
    const hostile = `"><b onclick='x'>&`;
    expect(html`<p title="${hostile}">${hostile}</p>`.text).toBe(
      '<p title="&quot;&gt;&lt;b onclick=&#39;x&#39;&gt;&amp;">&quot;&gt;&lt;b onclick=&#39;x&#39;&gt;&amp;</p>',
    );
  });

  test('leaves markup that it made itself as it is, alone and in lists', () => {
    const items = ['<a>', 'b'].map((item) => html`<li>${item}</li>`);
    expect(html`<ul>${items}</ul>${1.5}`.text).toBe('<ul><li>&lt;a&gt;</li><li>b</li></ul>1.5');
  });

  test('keeps the value 0', () => {
    expect(html`${0}|${''}`.text).toBe('0|');
  });
});

describe('embeddedJson', () => {
  test('is the same JSON and holds nothing that a parser could take for markup', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('</script>', '<!--', ']]>', '\u2028', '&lt;'), (value, hostile) => {
        const all = { value, hostile, [hostile]: 1 };
        const { text } = embeddedJson(all);
        expect(text).not.toMatch(/[<>&\u2028\u2029]/);
        expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(all));
      }),
    );
  });
});
