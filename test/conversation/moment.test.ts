/** Times as people write them, on the clock of the site and never of the machine. */
import { expect, test } from 'vitest';
import { parseMoment } from '../../src/conversation/moment.ts';
import { ChatReidError } from '../../src/foundation/error.ts';
import { formatTime, instantOf, wallClock } from '../../src/foundation/site-time.ts';

// Tuesday, 24 November 2026, 11:30 in Berlin.
const now = new Date('2026-11-24T10:30:00Z');
const read = (
  text: string,
  edge: 'start' | 'end',
  more: { timeZone?: string; notBefore?: Date; lastTime?: Date } = {},
) => parseMoment(text, { name: '--after', edge, timeZone: 'Europe/Berlin', now, ...more }).toISOString();

test.each([
  ['2026-11-24T13:00', '2026-11-24T12:00:00.000Z'],
  ['2026-11-24 13:00:05', '2026-11-24T12:00:05.000Z'],
  ['2026-11-24T13:00:00.5Z', '2026-11-24T13:00:00.500Z'],
  ['2026-11-24T13:00-05:00', '2026-11-24T18:00:00.000Z'],
  ['2026-07-01T12:00', '2026-07-01T10:00:00.000Z'],
  ['yesterday 14:00', '2026-11-23T13:00:00.000Z'],
  ['2 hours ago', '2026-11-24T08:30:00.000Z'],
  ['9:15', '2026-11-24T08:15:00.000Z'],
  ['14:00', '2026-11-23T13:00:00.000Z'],
  ['at 2pm', '2026-11-23T13:00:00.000Z'],
  ['after two', '2026-11-23T13:00:00.000Z'],
  ["nine o'clock", '2026-11-24T08:00:00.000Z'],
  ['24 November 2026 13:05', '2026-11-24T12:05:00.000Z'],
  ['24.11.2026 13:05', '2026-11-24T12:05:00.000Z'],
])('%s is one instant', (text, instant) => {
  expect(read(text, 'start')).toBe(instant);
});

test.each([
  ['2026-11-24', '2026-11-23T23:00:00.000Z', '2026-11-24T22:59:59.999Z'],
  ['yesterday', '2026-11-22T23:00:00.000Z', '2026-11-23T22:59:59.999Z'],
  ['Tuesday', '2026-11-23T23:00:00.000Z', '2026-11-24T22:59:59.999Z'],
  ['Thursday', '2026-11-18T23:00:00.000Z', '2026-11-19T22:59:59.999Z'],
  ['Monday afternoon', '2026-11-23T11:00:00.000Z', '2026-11-23T16:59:59.999Z'],
  ['this morning', '2026-11-24T05:00:00.000Z', '2026-11-24T10:59:59.999Z'],
  ['in the evening', '2026-11-23T17:00:00.000Z', '2026-11-23T20:59:59.999Z'],
  ['last night', '2026-11-23T21:00:00.000Z', '2026-11-24T04:59:59.999Z'],
  ['October 2026', '2026-09-30T22:00:00.000Z', '2026-10-31T22:59:59.999Z'],
  // 23 hours long: the clock goes forward.
  ['2026-03-29', '2026-03-28T23:00:00.000Z', '2026-03-29T21:59:59.999Z'],
])('%s is a stretch: after its start, before its end', (text, start, end) => {
  expect(read(text, 'start')).toBe(start);
  expect(read(text, 'end')).toBe(end);
});

test('a time without a date that ends a range is the first one after its start', () => {
  const nine = new Date('2026-11-24T08:00:00Z');
  expect(read('14:00', 'end', { notBefore: nine })).toBe('2026-11-24T13:00:00.000Z');
  const yesterdayNoon = new Date('2026-11-23T11:00:00Z');
  expect(read('14:00', 'end', { notBefore: yesterdayNoon })).toBe('2026-11-23T13:00:00.000Z');
  expect(read('2:00', 'end', { notBefore: yesterdayNoon })).toBe('2026-11-24T01:00:00.000Z');
  expect(read('14:00', 'end')).toBe('2026-11-24T13:00:00.000Z');
});

test.each([
  'soonish',
  '',
  '14',
  '2026-02-30',
  '2026-11-24T25:00',
  '31 Feb 2026',
  'camera 3',
  '12 to 18',
  'yesterday or so',
])('"%s" is refused by name', (text) => {
  const attempt = () => read(text, 'start');
  expect(attempt).toThrow(ChatReidError);
  expect(attempt).toThrow(`"${text}"`);
});

test('a date that could be read either way round is refused, one that cannot is read', () => {
  expect(() => read('03/04/2026', 'start')).toThrow('day/month or month/day');
  expect(read('24/11/2026', 'start')).toBe('2026-11-23T23:00:00.000Z');
});

test('wall clocks and instants agree in zones with halves and through the change of the clock', () => {
  for (const zone of ['Europe/Berlin', 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Auckland', 'UTC']) {
    for (let hour = 0; hour < 24 * 370; hour += 7) {
      const instant = new Date(Date.UTC(2026, 0, 1, hour));
      const clock = wallClock(instant, zone);
      const again = instantOf(clock, zone);
      // Only in the hour that comes twice may it be the earlier one.
      expect([0, 3_600_000]).toContain(instant.getTime() - again.getTime());
      expect(wallClock(again, zone)).toEqual(clock);
    }
  }
  const skipped = { year: 2026, month: 3, day: 29, hour: 2, minute: 30, second: 0 };
  expect(instantOf(skipped, 'Europe/Berlin').toISOString()).toBe('2026-03-29T01:30:00.000Z');
  const twice = { year: 2026, month: 10, day: 25, hour: 2, minute: 30, second: 0 };
  expect(instantOf(twice, 'Europe/Berlin').toISOString()).toBe('2026-10-25T00:30:00.000Z');
});

test('times are shown on the clock of the site', () => {
  expect(formatTime('2026-11-24T23:05:00.000Z', 'Europe/Berlin')).toBe('25 Nov 2026 00:05');
  expect(formatTime('2026-11-24T23:05:09.000Z', 'UTC')).toBe('24 Nov 2026 23:05:09');
});

test('a date without a year is the last one that was', () => {
  expect(read('12 May', 'start')).toBe('2026-05-11T22:00:00.000Z');
  expect(read('24 December', 'end')).toBe('2025-12-24T22:59:59.999Z');
  expect(read('24 December 18:00', 'start')).toBe('2025-12-24T17:00:00.000Z');
  expect(read('December', 'start')).toBe('2025-11-30T23:00:00.000Z');
  expect(read('24 December 2026', 'start')).toBe('2026-12-23T23:00:00.000Z');
});

test('a time without a date is on the day of the newest picture, where that is not in the future', () => {
  const lastTime = new Date('2026-05-13T15:00:00Z');
  expect(read('14:00', 'start', { lastTime })).toBe('2026-05-13T12:00:00.000Z');
  expect(read('in the evening', 'end', { lastTime })).toBe('2026-05-13T19:59:59.999Z');
  expect(read('yesterday', 'start', { lastTime })).toBe('2026-11-22T23:00:00.000Z');
  // Half past eleven on that day: the afternoon is yesterday's.
  expect(read('in the afternoon', 'start', { lastTime: now })).toBe('2026-11-23T11:00:00.000Z');
});
