/** What is too old is forgotten by itself, gallery by gallery; a clock that was set wrong neither wipes nor keeps. */
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { RetentionSchedule } from '../../../src/cli/forget/retention-schedule.ts';
import { forgetTools } from '../../../src/cli/forget/tools-of-parts.ts';
import type { ChatReidError } from '../../../src/foundation/error.ts';
import { auditFolder } from '../../../src/trust/audit-files.ts';
import { entriesOf } from '../../../src/trust/audit-entries.ts';
import { believedNow, retentionSchema } from '../../../src/trust/forget/retention.ts';
import { temporaryFolder } from '../../gallery/temporary-folder.ts';
import { ForgetHouse } from './forget-house.ts';

const day = 86_400_000;
const at = (text: string) => Date.parse(text);

describe('the clock', () => {
  const known = { lastRun: at('2026-11-24'), registered: at('2026-11-20') };

  test('is believed where it goes on', () => {
    expect(believedNow(at('2026-11-25'), known)).toBe(at('2026-11-25'));
    expect(believedNow(at('2026-12-20'), known)).toBe(at('2026-12-20'));
    expect(believedNow(at('2031-01-01'), {})).toBe(at('2031-01-01'));
  });

  test('set back, it keeps nothing longer: time stands still', () => {
    expect(believedNow(at('1970-01-02'), known)).toBe(known.lastRun);
  });

  test('set far ahead, it removes nothing, until it has stood for a day', () => {
    expect(believedNow(at('2027-06-01'), known)).toBeUndefined();
    expect(believedNow(at('2027-06-01'), known, day - 1)).toBeUndefined();
    expect(believedNow(at('2027-06-01'), known, day)).toBe(at('2027-06-01'));
    expect(believedNow(at('2027-06-01'), { registered: at('2027-05-30') })).toBe(at('2027-06-01'));
  });
});

describe('a run', () => {
  let template: ForgetHouse;

  beforeAll(async () => {
    template = await ForgetHouse.build(join(await temporaryFolder(), 'house'));
    const parts = template.parts();
    await template.fillGalleries(parts);
    await template.talk(parts);
    await parts.close();
  });

  async function house(registered: string) {
    const its = await template.copy(join(await temporaryFolder(), 'house'));
    const parts = its.parts();
    const store = await parts.store();
    const when = new Date(registered);
    for (const id of its.ids.flat()) await utimes(await store.path(id), when, when);
    const clock = { now: new Date('2026-11-28T13:00:00Z'), steady: 0 };
    const refused: ChatReidError[] = [];
    const forgotten: object[] = [];
    const schedule = (retention: object) =>
      new RetentionSchedule(
        forgetTools(parts, () => clock.now),
        retentionSchema.parse(retention),
        { forgotten: (what) => forgotten.push(what), refused: (error) => refused.push(error) },
        () => clock.steady,
      );
    return { its, parts, store, clock, refused, forgotten, schedule };
  }

  test('removes by the gallery, and says so in the audit trail', async () => {
    const { its, parts, store, clock, forgotten, schedule } = await house('2026-11-25');
    const hourly = schedule({
      galleries: [
        { gallery: 'lobby', days: 7 },
        { gallery: 'not there', days: 1 },
      ],
    });
    await hourly.run();
    // Of the 21st; the gate keeps what it has.
    expect(forgotten).toEqual([{ gallery: 'lobby', pictures: 4, talks: 0 }]);
    expect((await store.summary('lobby')).pictures).toBe(8);
    expect((await store.summary('gate')).pictures).toBe(12);
    clock.now = new Date('2026-11-29T13:00:00Z');
    await hourly.run();
    expect((await store.summary('lobby')).pictures).toBe(4);
    await hourly.run();
    expect(forgotten).toHaveLength(2);
    const entries = [...entriesOf(auditFolder({ root: its.home }))].filter(
      ({ event }) => event.platform === 'retention',
    );
    expect(entries.map(({ event }) => [event.kind, event.stage])).toEqual([
      ['forget', 'begun'],
      ['forget', 'done'],
      ['forget', 'begun'],
      ['forget', 'done'],
    ]);
    await parts.close();
  });

  test('removes talks and what was sent in them', async () => {
    const { parts, clock, forgotten, schedule } = await house('2026-11-25');
    const hourly = schedule({ talks: { days: 2 } });
    await hourly.run();
    expect(forgotten).toEqual([]);
    clock.now = new Date('2026-12-02T13:00:00Z');
    await hourly.run();
    expect(forgotten).toMatchObject([{ talks: 4 }]);
    const conversations = await parts.conversations('lobby');
    expect(await conversations.list('web:')).toEqual([]);
    await parts.close();
  });

  test('refuses a clock that jumped ahead, and goes on when it is set right', async () => {
    const { parts, store, clock, refused, forgotten, schedule } = await house('2026-11-25');
    const hourly = schedule({ galleries: [{ gallery: 'lobby', days: 30 }] });
    await hourly.run();
    clock.now = new Date('2031-01-01T00:00:00Z');
    await hourly.run();
    expect(refused[0]?.message).toContain('The clock says 2031-01-01');
    expect((await store.summary('lobby')).pictures).toBe(12);
    clock.now = new Date('2026-11-28T15:00:00Z');
    await hourly.run();
    expect([refused.length, forgotten.length]).toEqual([1, 0]);
    // It stands for a day: then it is right after all.
    clock.now = new Date('2031-01-01T00:00:00Z');
    await hourly.run();
    clock.steady = day;
    await hourly.run();
    expect(forgotten).toEqual([{ gallery: 'lobby', pictures: 12, talks: 0 }]);
    await parts.close();
  });
});
