/** Medians and targets: what the table and the verdicts of the benchmark rest on. */
import { expect, test } from 'vitest';
import { isMet, summarise } from '../../bench/figure.ts';

test('the median of an odd and of an even count', () => {
  expect(summarise([9, 1, 4])).toEqual({ min: 1, median: 4, max: 9 });
  expect(summarise([9, 1, 4, 6])).toEqual({ min: 1, median: 5, max: 9 });
  expect(() => summarise([])).toThrow('no sample');
});

test('a target is of the ratio where there is one, else of the samples', () => {
  const figure = { name: 'f', unit: 'ms', samples: [10, 20, 30] };
  expect(isMet(figure)).toBeUndefined();
  expect(isMet({ ...figure, target: { kind: 'under', value: 20 } })).toBe(false);
  expect(isMet({ ...figure, target: { kind: 'under', value: 20.1 } })).toBe(true);
  expect(isMet({ ...figure, target: { kind: 'at most', value: 20 } })).toBe(true);
  const ratio = { to: 'naive', samples: [7, 8, 100] };
  expect(isMet({ ...figure, ratio, target: { kind: 'at least', value: 8 } })).toBe(true);
  expect(isMet({ ...figure, ratio, target: { kind: 'at least', value: 8.1 } })).toBe(false);
});
