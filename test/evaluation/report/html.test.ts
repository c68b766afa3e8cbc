/** Templates of HTML: nothing that is put into one can become markup. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escaped, html, outside } from '../../../src/evaluation/report/html.ts';
import { faults } from './well-formed.ts';

describe('HTML from templates', () => {
  it('takes every value for text, and only what a template made for HTML', () => {
    const inner = html`<b>${'<i>'}</b>`;
    expect(html`<p title="${'a "quote"'}">${inner}${"<script>alert('x')</script>"}</p>`.text).toBe(
      '<p title="a &quot;quote&quot;"><b>&lt;i&gt;</b>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;</p>',
    );
  });

  it('leaves nothing out but nothing', () => {
    expect(html`${0}|${''}|${undefined}|${false}|${null}|${['a', ['b', 1]]}`.text).toBe('0|||||ab1');
  });

  it('keeps the direction of a name to itself', () => {
    expect(outside('\u202Ecod.exe').text).toBe('<bdi>\u202Ecod.exe</bdi>');
  });

  it('replaces what no page can hold, and keeps every script', () => {
    expect(escaped('a\u0000b\u0008c\uD800d')).toBe('a\uFFFDb\uFFFDc\uFFFDd');
    expect(escaped('Größe 中文 👩🏽 \u200D\n\t')).toBe('Größe 中文 👩🏽 \u200D\n\t');
  });

  it('makes a sound element of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        expect(faults(html`<p title="${text}">${text}</p>`.text)).toEqual([]);
      }),
    );
  });
});
