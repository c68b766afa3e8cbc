/** How long pictures and talks are kept: the section `retention` of the config. */
import { z } from 'zod';

const days = z.number().min(1).max(36_500);

export const retentionSchema = z.strictObject({
  galleries: z
    .array(
      z.strictObject({
        gallery: z.string().min(1).max(200),
        days,
      }),
    )
    .optional()
    .describe('pictures older than so many days are forgotten, gallery by gallery'),
  talks: z
    .strictObject({ days: days.describe('talks and pictures that were sent, after they were used last') })
    .optional(),
});

export type Retention = z.infer<typeof retentionSchema>;

const dayMs = 86_400_000;
/** A clock that is so far ahead of everything that is known was set wrong, or the bot was away for long. */
const mostDaysAhead = 30;
/** A clock that goes on for so long as it was found is right after all. */
const believedMs = dayMs;

/** What is known of the time beside the clock: milliseconds since 1970. */
export interface KnownTimes {
  /** When it was run last. */
  readonly lastRun?: number | undefined;
  /** When a picture was registered last. */
  readonly registered?: number | undefined;
}

/**
 * The time that ages are counted from. A clock that was set back keeps nothing longer than it was to be kept: time stands still
 * until the clock has caught up. One that was set far ahead removes nothing.
 *
 * @param now what the clock says
 * @param standingMs for how long this process has seen the clock so
 * @returns undefined where it is not to be believed yet
 */
export function believedNow(
  now: number,
  { lastRun, registered }: KnownTimes,
  standingMs = 0,
): number | undefined {
  const known = [lastRun, registered].filter((time) => time !== undefined);
  const latest = known.length > 0 ? Math.max(...known) : undefined;
  const ahead = latest !== undefined && now - latest > mostDaysAhead * dayMs;
  if (ahead && standingMs < believedMs) return undefined;
  return Math.max(now, lastRun ?? 0);
}

/** @returns before when pictures or talks are too old */
export function tooOldBefore(now: number, days: number): Date {
  return new Date(now - days * dayMs);
}
