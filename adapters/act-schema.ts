/** Acts as they come over a wire (a page's form, a button's value), checked: what comes over the wire is anybody's. */
import { z } from 'zod';
import type { Act } from '../src/conversation/act.ts';
import { ChatReidError, messageOf } from '../src/foundation/error.ts';
import { attributeNames } from '../src/foundation/person-attributes.ts';
import { instantOf, type WallClock } from '../src/foundation/site-time.ts';

const words = z.string().max(10_000);
const name = z.string().min(1).max(200);
const rank = z.strictObject({ rank: z.int().min(1).max(10_000) });
const known = z.strictObject({ pictureId: z.string().regex(/^[0-9a-f]{64}$/) });
const attached = z.strictObject({ attachment: z.int().min(0).max(1000) });
const queried = z.strictObject({ query: z.literal(true) });
const picture = z.union([rank, known, attached, queried]);
const pictures = z.array(picture).max(1000);
const names = z.array(name).max(1000);
const spoken = words.regex(/\S/, 'There are no words in this');
const trait = z.strictObject({
  name: z.enum(attributeNames),
  value: z.string().max(40).regex(/\S/),
  present: z.boolean(),
});
const parts = ['words', 'pictures', 'exclusions', 'cameras', 'places', 'time', 'answers', 'gallery'] as const;

function acts(timeZone: string) {
  const time = z.string().transform((text, context) => {
    const instant = readTime(text, timeZone);
    if (instant !== undefined) return instant;
    context.addIssue(`"${text.slice(0, 40)}" is not a time`);
    return z.NEVER;
  });
  return z
    .array(
      z.discriminatedUnion('act', [
        z.strictObject({ act: z.literal('clue'), words: spoken, traits: z.array(trait).max(20).optional() }),
        z.strictObject({ act: z.literal('show'), pictures, add: z.boolean().optional() }),
        z.strictObject({ act: z.literal('exclude'), pictures }),
        z.strictObject({ act: z.literal('choose'), picture }),
        z.strictObject({
          act: z.literal('constrain'),
          cameras: names.optional(),
          places: names.optional(),
          after: time.optional(),
          before: time.optional(),
          gallery: name.optional(),
        }),
        z.strictObject({ act: z.literal('lift'), part: z.enum(parts), value: words.optional() }),
        z.strictObject({ act: z.literal('compare'), first: picture, second: picture }),
        z.strictObject({ act: z.literal('verify'), first: picture, second: picture }),
        z.strictObject({ act: z.literal('why'), picture: picture.optional() }),
        z.strictObject({ act: z.literal('describe'), picture }),
        z.strictObject({ act: z.literal('more') }),
        z.strictObject({ act: z.literal('ask'), question: words, picture }),
        z.strictObject({
          act: z.literal('answer'),
          question: name.optional(),
          value: z.enum(['yes', 'no', 'unknown']),
        }),
        z.strictObject({ act: z.literal('person'), number: z.int().min(1).max(1000) }),
        z.strictObject({
          act: z.literal('register'),
          pictures,
          camera: name.optional(),
          place: name.optional(),
          time: time.optional(),
          person: name.optional(),
        }),
        z.strictObject({ act: z.literal('forget'), pictures }),
        z.strictObject({ act: z.literal('case'), purpose: words }),
        z.strictObject({ act: z.literal('approve'), request: name.optional() }),
        z.strictObject({ act: z.literal('reset') }),
        z.strictObject({ act: z.literal('undo') }),
        z.strictObject({ act: z.literal('help') }),
        z.strictObject({ act: z.literal('unclear'), hint: words }),
      ]),
    )
    .max(50);
}

const schemas = new Map<string, ReturnType<typeof acts>>();

/** Building one takes longer than a hundred readings with it, and a platform reads every button that it shows. */
function schemaFor(timeZone: string): ReturnType<typeof acts> {
  const schema = schemas.get(timeZone) ?? acts(timeZone);
  schemas.set(timeZone, schema);
  return schema;
}

/**
 * @param json '' for none
 * @param timeZone of the site: a time without a zone (`2026-05-12T16:00`, as a form gives it) is on its clock
 * @throws ChatReidError REQUEST_INVALID
 */
export function readActs(json: string, timeZone: string): Act[] {
  if (json === '') return [];
  try {
    // Optional fields that are absent stay absent: JSON has no undefined.
    return schemaFor(timeZone).parse(JSON.parse(json)) as Act[];
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new ChatReidError(
      'REQUEST_INVALID',
      `The acts of this message cannot be read: ${why.slice(0, 300)}`,
      'Open the talk anew and try again.',
    );
  }
}

const timePattern = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** @returns ISO 8601 in UTC; undefined for what is no time, or not on the calendar */
export function readTime(text: string, timeZone: string): string | undefined {
  const written = timePattern.exec(text);
  if (written === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = written
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const clock = { year, month, day, hour, minute, second };
  if (!isOnCalendar(clock)) return undefined;
  const instant = written[7] === undefined ? instantOf(clock, timeZone) : new Date(text);
  return Number.isNaN(instant.getTime()) ? undefined : instant.toISOString();
}

/** Dates overflow silently: 31 February would be some day of March. */
function isOnCalendar({ year, month, day, hour, minute, second }: WallClock): boolean {
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const kept = [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ];
  return [year, month, day, hour, minute, second].every((part, at) => part === kept[at]);
}
