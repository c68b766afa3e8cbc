/** Seeded draws: even, and the same for the same seed. */
import { describe, expect, it } from 'vitest';
import { Draws } from '../../src/tuning/draws.ts';

describe('seeded draws', () => {
  it('are the same from the same seed and purpose, and others from another', () => {
    const five = (seed: number, purpose: string) => {
      const draws = Draws.of(seed, purpose);
      return Array.from({ length: 5 }, () => draws.fraction());
    };
    expect(five(1, 'a')).toEqual(five(1, 'a'));
    expect(five(1, 'a')).not.toEqual(five(2, 'a'));
    expect(five(1, 'a')).not.toEqual(five(1, 'b'));
  });

  it('reach both ends, each number about equally often', () => {
    const draws = Draws.of(3, 'ends');
    const counts = new Map<number, number>();
    for (let i = 0; i < 6000; i++) {
      const drawn = draws.between(2, 7);
      counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([2, 3, 4, 5, 6, 7]);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });

  it('sample different items, few of many and many of few', () => {
    const draws = Draws.of(4, 'sample');
    const items = Array.from({ length: 50 }, (_, i) => i);
    for (const count of [3, 12, 40, 50, 60]) {
      const drawn = draws.sample(items, count);
      expect(new Set(drawn).size).toBe(Math.min(count, 50));
    }
  });

  it('follow their weights', () => {
    const draws = Draws.of(5, 'weights');
    const drawn = Array.from({ length: 4000 }, () => draws.weighted(['a', 'b', 'c'], [1, 0, 3]));
    expect(drawn).not.toContain('b');
    expect(Math.abs(drawn.filter((one) => one === 'c').length - 3000)).toBeLessThan(150);
  });
});
