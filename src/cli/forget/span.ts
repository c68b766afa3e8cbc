/** How long ago, or since when: `90d`, `12h`, a date. */
import { ChatReidError } from '../../foundation/error.ts';
import { parseMoment } from '../../conversation/moment.ts';

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** @throws ChatReidError OPTION_INVALID */
export function momentBefore(text: string, now: Date, timeZone: string): Date {
  const span = /^(\d{1,6})([mhdw])$/.exec(text.trim());
  if (span) return new Date(now.getTime() - Number(span[1]) * (units[span[2]!] ?? 0));
  const moment = parseMoment(text, { name: '--older-than', edge: 'start', timeZone, now });
  if (moment <= now) return moment;
  throw new ChatReidError(
    'OPTION_INVALID',
    `--older-than "${text}" lies in the future: everything would be forgotten.`,
    'Write how old it is, as 90d or 12h, or a date that was.',
  );
}
