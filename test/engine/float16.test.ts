/** Half precision against the definition of IEEE 754. */
import { expect, test } from 'vitest';
import { floatsToHalves, halvesToFloats } from '../../src/engine/float16.ts';

test('every half survives the way to float and back', () => {
  const all = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);
  const back = floatsToHalves(halvesToFloats(all));
  const notNumbers = (bits: number) => (bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0;
  for (let bits = 0; bits < 65_536; bits++) {
    if (notNumbers(bits)) expect(notNumbers(back[bits] as number)).toBe(true);
    else if (back[bits] !== bits) expect(back[bits]).toBe(bits);
  }
});

test('rounds to nearest, ties to even, and overflows to infinity', () => {
  const floats = [
    1,
    -2,
    65_504,
    65_519,
    65_520,
    1e10,
    2 ** -24,
    2 ** -25,
    2 ** -25 * 1.01,
    1 + 2 ** -11,
    1 + 3 * 2 ** -11,
  ];
  const halves = floatsToHalves(Float32Array.from(floats));
  expect([...halvesToFloats(halves)]).toEqual([
    1,
    -2,
    65_504,
    65_504,
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    2 ** -24,
    0,
    2 ** -24,
    1,
    1 + 2 ** -9,
  ]);
});
