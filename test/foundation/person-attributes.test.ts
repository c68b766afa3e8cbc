/** Attributes of a person: written as a reply, and read again. */
import { describe, expect, it } from 'vitest';
import {
  attributeReply,
  compareAttributes,
  comparisonReply,
  parseAttributeReply,
  parseComparisonReply,
} from '../../src/foundation/person-attributes.ts';
import { normaliseAttributes } from '../../src/tuning/sources/attribute-words.ts';

const woman = { gender: 'woman', hair: 'long', top: 'light blue', backpack: 'yes', hat: 'no' } as const;
const man = { gender: 'man', hair: 'long', top: 'red', backpack: 'yes', hat: 'yes' } as const;

describe('attributes of a person', () => {
  it('are written in one order, absent things left out, and read back', () => {
    const reply = attributeReply({ ...woman });
    expect(reply).toBe('woman; long hair; light blue top; backpack');
    expect(parseAttributeReply(reply)).toEqual({
      gender: 'woman',
      hair: 'long',
      top: 'light blue',
      backpack: 'yes',
    });
  });

  it('are compared: what is common, and what is one person’s alone', () => {
    const reply = comparisonReply(compareAttributes(woman, man));
    expect(reply).toBe(
      'Common: long hair; backpack\nFirst: woman; light blue top\nSecond: man; hat; red top',
    );
    expect(parseComparisonReply(reply)).toEqual({
      common: { hair: 'long', backpack: 'yes' },
      first: { gender: 'woman', top: 'light blue' },
      second: { gender: 'man', hat: 'yes', top: 'red' },
    });
  });

  it('unknown of one person are in no part of a comparison', () => {
    const { common, first, second } = compareAttributes({ top: 'red' }, { bottom: 'blue' });
    expect([common, first, second]).toEqual([{}, {}, {}]);
    expect(comparisonReply({ common, first, second })).toBe('Common: none\nFirst: none\nSecond: none');
  });

  it('leave out phrases that mean nothing', () => {
    expect(parseAttributeReply('man; something else; RED top')).toEqual({ gender: 'man', top: 'red' });
  });

  it('are read under the names that files have', () => {
    const said = {
      Sex: 'Female',
      age: 'teen',
      upper_color: 'Burgundy',
      hat: 'beanie',
      bag: 'none',
      lower: 'jeans',
      shoes: 'boots',
    };
    expect(normaliseAttributes(said)).toEqual({
      gender: 'woman',
      age: 'teenager',
      top: 'burgundy',
      hat: 'yes',
      bag: 'no',
      legwear: 'trousers',
    });
  });
});
