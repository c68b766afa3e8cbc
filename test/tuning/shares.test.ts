/** Shares of the tasks: the paper's, and what is asked for instead. */
import { describe, expect, it } from 'vitest';
import { countsFor, defaultShares, sharesFor } from '../../src/tuning/shares.ts';
import { tasks } from '../../src/tuning/tuning-record.ts';

const all = new Set(tasks);

describe('shares of the tasks', () => {
  it('of stage 2 are the paper’s: the image tasks 25 to 30 % together, all of it 1', () => {
    const shares = sharesFor(2, {}, all);
    const image = shares['image-one-to-one']! + shares['image-many-to-many']!;
    expect(image).toBeGreaterThanOrEqual(0.25);
    expect(image).toBeLessThanOrEqual(0.3);
    expect(Object.values(shares).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(Object.keys(defaultShares[2])).toHaveLength(7);
  });

  it('that are asked for are kept, and the others scaled to what is left', () => {
    const shares = sharesFor(3, { 'best-choice': 0.6 }, all);
    expect(shares['best-choice']).toBeCloseTo(0.6, 12);
    expect(shares['attribute-retrieval']).toBeCloseTo(0.2, 12);
    expect(sharesFor(3, { 'best-choice': 0, caption: 0.5 }, all)).toEqual({
      caption: 0.5,
      'attribute-retrieval': 0.25,
      'mixed-retrieval': 0.25,
    });
  });

  it('of what the data cannot make fall to the others', () => {
    const shares = sharesFor(2, {}, new Set(['image-one-to-one', 'image-many-to-many']));
    expect(shares).toEqual({ 'image-one-to-one': 0.5, 'image-many-to-many': 0.5 });
  });

  it('are refused above 1, or for what the data cannot make', () => {
    expect(() => sharesFor(2, { 'image-one-to-one': 0.7, 'text-one-to-one': 0.4 }, all)).toThrow(
      /add up to 1.10/,
    );
    expect(() => sharesFor(2, { 'text-one-to-one': 0.4 }, new Set(['image-one-to-one']))).toThrow(
      /text-one-to-one/,
    );
    expect(() => sharesFor(1, {}, new Set())).toThrow(/no task of stage 1/);
  });

  it('become whole numbers that sum to the count', () => {
    const counts = countsFor(sharesFor(2, {}, all), 1001);
    expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(1001);
    for (const [task, count] of counts)
      expect(Math.abs(count - defaultShares[2][task]! * 1001)).toBeLessThan(1);
  });
});
