/** Times of manifests and cameras as instants, and how long a job will still take. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectPicture } from '../../src/foundation/picture.ts';
import { isTimeZone } from '../../src/foundation/site-time.ts';
import { exifTime } from '../../src/gallery/exif-time.ts';
import { lookahead } from '../../src/gallery/lookahead.ts';
import { Progress } from '../../src/gallery/progress.ts';
import { siteTime } from '../../src/gallery/sources/written-time.ts';
import { noise } from '../foundation/odd-pictures.ts';

describe('siteTime', () => {
  it.each([
    ['2026-11-24T13:05:00Z', 'Asia/Tokyo', '2026-11-24T13:05:00.000Z'],
    ['2026-11-24T13:05:00+01:00', 'Asia/Tokyo', '2026-11-24T12:05:00.000Z'],
    ['2026-11-24T13:05:00.1239-0330', 'UTC', '2026-11-24T16:35:00.123Z'],
    ['2026-11-24 13:05', 'Asia/Tokyo', '2026-11-24T04:05:00.000Z'],
    [' 2026/1/2 ', 'UTC', '2026-01-02T00:00:00.000Z'],
    ['2026:07:01 13:05:09', 'Europe/Berlin', '2026-07-01T11:05:09.000Z'],
    ['2026-12-31T23:30', 'America/New_York', '2027-01-01T04:30:00.000Z'],
    ['1782907500000', 'Asia/Tokyo', '2026-07-01T12:05:00.000Z'],
    // Clocks in Berlin went from 2:00 to 3:00, and from 3:00 back to 2:00: the offset before the change counts.
    ['2026-03-29 02:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
    ['2026-10-25 02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    ['2026-10-25 03:00', 'Europe/Berlin', '2026-10-25T02:00:00.000Z'],
  ])('reads %s in %s', (text, zone, wanted) => {
    expect(siteTime(text, zone)).toBe(wanted);
  });

  it.each([
    '',
    'Tuesday',
    '2026-02-30',
    '2026-13-01',
    '2026-01-01 24:00',
    '2026-01-01 10:60',
    '13:05',
    '2026',
    '24.11.2026',
  ])('does not guess at %j', (text) => {
    expect(siteTime(text, 'UTC')).toBeUndefined();
  });

  it('is the inverse of the site’s clock, in any zone', () => {
    const zones = [
      'UTC',
      'Europe/Berlin',
      'America/St_Johns',
      'Australia/Lord_Howe',
      'Pacific/Apia',
      'Asia/Kathmandu',
    ];
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1990-01-01'), max: new Date('2060-01-01'), noInvalidDate: true }),
        fc.constantFrom(...zones),
        (date, timeZone) => {
          const shown = new Intl.DateTimeFormat('sv-SE', {
            dateStyle: 'short',
            timeStyle: 'medium',
            timeZone,
          });
          const read = siteTime(shown.format(date), timeZone);
          // An hour that the clock showed twice is read as the first of the two: shown again, it looks the same.
          expect(read === undefined ? '' : shown.format(new Date(read))).toBe(shown.format(date));
        },
      ),
    );
  });

  it('knows zones', () => {
    expect(['Europe/Berlin', 'UTC', 'Mars/Olympus', ''].map(isTimeZone)).toEqual([true, true, false, false]);
  });
});

describe('exifTime', () => {
  const exifOf = async (tags: Record<string, string>) => {
    const bytes = await noise().jpeg().withExif({ IFD2: tags }).toBuffer();
    return (await inspectPicture(bytes)).exif ?? new Uint8Array(0);
  };

  it('reads when the picture was taken, in the site’s zone or the camera’s own', async () => {
    const plain = await exifOf({ DateTimeOriginal: '2026:07:01 13:05:09' });
    expect(exifTime(plain, 'Europe/Berlin')).toBe('2026-07-01T11:05:09.000Z');
    const zoned = await exifOf({ DateTimeOriginal: '2026:07:01 13:05:09', OffsetTimeOriginal: '+09:00' });
    expect(exifTime(zoned, 'Europe/Berlin')).toBe('2026-07-01T04:05:09.000Z');
  });

  it('is no time where the camera wrote none, or nonsense', async () => {
    expect(exifTime(await exifOf({ UserComment: 'x' }), 'UTC')).toBeUndefined();
    expect(exifTime(await exifOf({ DateTimeOriginal: '0000:00:00 00:00:00' }), 'UTC')).toBeUndefined();
    expect(exifTime(new Uint8Array(0), 'UTC')).toBeUndefined();
    expect(exifTime(Buffer.from('Exif\0\0nonsense'), 'UTC')).toBeUndefined();
  });

  it('never fails, whatever the bytes', async () => {
    const whole = await exifOf({ DateTimeOriginal: '2026:07:01 13:05:09' });
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(whole.length - 1), fc.nat(255), (length, at, value) => {
        const bytes = whole.slice(0, length);
        if (at < length) bytes[at] = value;
        expect(['string', 'undefined']).toContain(typeof exifTime(bytes, 'UTC'));
      }),
    );
  });
});

describe('Progress', () => {
  it('tells the rate of the last ten seconds and the time left', () => {
    let now = 0;
    const progress = new Progress(1000, () => now);
    expect(progress.report()).toEqual({ done: 0, total: 1000, perSecond: 0 });
    for (let second = 1; second <= 20; second++) {
      now = second * 1000;
      // Slow for ten seconds, then fast.
      progress.advance(second <= 10 ? 1 : 50);
    }
    const { done, perSecond, secondsLeft } = progress.report();
    expect(done).toBe(510);
    expect(perSecond).toBeCloseTo(50, 6);
    expect(secondsLeft).toBeCloseTo(490 / 50, 6);
    now += 1000;
    progress.advance(490);
    expect(progress.report()).toMatchObject({ done: 1000, secondsLeft: 0 });
  });
});

describe('lookahead', () => {
  it('keeps the order, never starts more than it may, and passes a failure on', async () => {
    let running = 0;
    let most = 0;
    const work = async (item: number) => {
      running++;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, (item * 7) % 5));
      running--;
      if (item === 9) throw new Error('nine');
      return item * 2;
    };
    const taken: number[] = [];
    const all = async (items: number[]) => {
      for await (const item of lookahead(items, 3, work)) taken.push(item);
    };
    await all([1, 2, 3, 4, 5, 6, 7]);
    expect(taken).toEqual([2, 4, 6, 8, 10, 12, 14]);
    expect(most).toBe(3);
    await expect(all([8, 9, 10, 11])).rejects.toThrow('nine');
    expect(running).toBe(0);
  });
});
