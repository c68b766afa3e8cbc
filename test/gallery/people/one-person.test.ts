/** Which pictures pass as crops of one person. */
import { describe, expect, it } from 'vitest';
import { isOnePerson } from '../../../src/gallery/people/one-person.ts';

const found = (width: number, height: number, ...boxes: [number, number, number, number][]) => ({
  width,
  height,
  people: boxes.map(([left, top, wide, high]) => ({
    score: 0.8,
    box: { left, top, width: wide, height: high },
  })),
});

describe('one person', () => {
  it('is a tall picture that somebody fills', () => {
    expect(isOnePerson(found(64, 128, [8, 4, 48, 120]))).toBe(true);
    expect(isOnePerson(found(128, 256, [10, 60, 100, 170]))).toBe(true);
  });

  it('is a tall picture in which nobody is found: a crop must not get lost', () => {
    expect(isOnePerson(found(64, 160))).toBe(true);
  });

  it('is no picture that lies on its side, or is square, however large the person is', () => {
    expect(isOnePerson(found(640, 360, [200, 0, 200, 360]))).toBe(false);
    expect(isOnePerson(found(300, 300, [50, 0, 150, 300]))).toBe(false);
    expect(isOnePerson(found(640, 360))).toBe(false);
  });

  it('is no portrait photo of somebody far away', () => {
    expect(isOnePerson(found(900, 1600, [400, 700, 120, 300]))).toBe(false);
    expect(isOnePerson(found(900, 1600, [400, 300, 200, 1100]))).toBe(false);
  });

  it('is a tall picture too narrow for a camera, though only something small is found in it', () => {
    expect(isOnePerson(found(128, 256, [40, 100, 30, 60]))).toBe(true);
    expect(isOnePerson(found(201, 402, [40, 100, 30, 60]))).toBe(false);
  });

  it('is no picture of two side by side, but one with somebody small behind or a second box on the same person', () => {
    const main: [number, number, number, number] = [10, 10, 70, 240];
    expect(isOnePerson(found(128, 256, main, [72, 15, 54, 235]))).toBe(false);
    expect(isOnePerson(found(128, 256, main, [90, 30, 30, 80]))).toBe(true);
    expect(isOnePerson(found(128, 256, main, [14, 10, 60, 150]))).toBe(true);
  });
});
