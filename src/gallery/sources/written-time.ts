/** Times as cameras and tables write them, read as instants; without a zone they are the site's own clock. */
import { instantOf, type WallClock } from '../../foundation/site-time.ts';

const written =
  /^(\d{4})[-/:.](\d{1,2})[-/:.](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * `2026-11-24T13:05:00Z`, `2026-11-24 13:05`, `2026:11:24 13:05:00` (EXIF), `2026/11/24`, with or without seconds, fraction and
 * offset; or milliseconds since 1970 as a number of 12 to 14 digits. A time that the site's clock skipped or showed twice (change to and from summer time) is
 * read with the offset that held just before the change.
 *
 * @returns ISO 8601 in UTC with milliseconds, or undefined when the text is no such time
 */
export function siteTime(text: string, timeZone: string): string | undefined {
  const trimmed = text.trim();
  if (/^\d{12,14}$/.test(trimmed)) return iso(Number(trimmed));
  const parts = written.exec(trimmed);
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0));
  const local = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second);
  const check = new Date(local);
  const real =
    check.getUTCFullYear() === year &&
    check.getUTCMonth() + 1 === month &&
    check.getUTCDate() === day &&
    check.getUTCHours() === hour &&
    check.getUTCMinutes() === minute &&
    check.getUTCSeconds() === second;
  if (!real) return undefined;
  const milliseconds = Math.floor(Number(`0.${parts[7] ?? '0'}`) * 1000);
  const instant =
    parts[8] === undefined
      ? instantOf({ year, month, day, hour, minute, second } as WallClock, timeZone).getTime()
      : local - writtenOffset(parts[8]);
  return iso(instant + milliseconds);
}

function writtenOffset(text: string): number {
  if (text.toUpperCase() === 'Z') return 0;
  const [hours, minutes] = [text.slice(1, 3), text.slice(-2)].map(Number);
  return (text.startsWith('-') ? -1 : 1) * ((hours ?? 0) * 60 + (minutes ?? 0)) * 60_000;
}

function iso(milliseconds: number): string | undefined {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
