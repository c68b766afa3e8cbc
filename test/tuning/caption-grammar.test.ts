/** Captions out of attributes: true, varied, and the same for the same seed. */
import { describe, expect, it } from 'vitest';
import { contradicts, describeInWords, fits, nameable } from '../../src/tuning/caption-grammar.ts';
import { Draws } from '../../src/tuning/draws.ts';

const person = {
  gender: 'woman',
  age: 'adult',
  hair: 'long',
  hat: 'no',
  top: 'red',
  sleeves: 'short',
  bottom: 'blue',
  legwear: 'trousers',
  backpack: 'yes',
} as const;

const captions = (style: 'caption' | 'clue', count: number) => {
  const draws = Draws.of(1, style);
  return Array.from({ length: 300 }, () => describeInWords(person, count, draws, style)!);
};

describe('the grammar of captions', () => {
  it('names only what is affirmed', () => {
    expect(nameable(person)).not.toContain('hat');
    for (const { words, claims } of captions('caption', 8)) {
      expect(words).not.toMatch(/\b(hat|cap|man|undefined)\b/);
      expect(claims).toBeDefined();
      expect(fits(claims!, person)).toBe(true);
    }
  });

  it('varies its syntax and its words', () => {
    const all = captions('caption', 8).map(({ words }) => words);
    expect(new Set(all).size).toBeGreaterThan(250);
    for (const form of [/^(A|An) /, /^(The|This) /, /^(Wearing|Dressed in|In) /, /^[^.]+, [^.]+\.$/]) {
      expect(all.some((words) => form.test(words))).toBe(true);
    }
    for (const words of all) expect(words).toMatch(/^[A-Z].*\.$/);
  });

  it('keeps articles right', () => {
    for (const { words } of [...captions('caption', 9), ...captions('clue', 4)]) {
      expect(words).not.toMatch(
        /\b[Aa] [aeiou]|\b[Aa]n [^aeiou]|\b[Aa]n? (?:\w+ )?(?:trousers|pants|jeans)\b/,
      );
    }
  });

  it('says as much as is asked for', () => {
    for (const { claims } of captions('clue', 2)) expect(Object.keys(claims!)).toHaveLength(2);
    expect(describeInWords({ hat: 'no' }, 3, Draws.of(1, 'x'))).toBeUndefined();
  });

  it('knows whom words contradict, and never somebody unknown', () => {
    expect(contradicts({ top: 'red' }, { top: 'blue' })).toBe(true);
    expect(contradicts({ top: 'red' }, { bottom: 'blue' })).toBe(false);
    expect(contradicts({ top: 'red' }, undefined)).toBe(false);
  });
});
