/** The access policy, as a section of a config: who may do what, where, and what a search takes beside that. */
import { z } from 'zod';
import { roles } from './roles.ts';

const name = z.string().min(1).max(200);
const names = z.array(name).min(1).max(1000);

/** `2026-11-24T13:00:00Z`, `2026-11-24` (its beginning in UTC). */
const instant = z
  .string()
  .refine(isInstant, 'must be a time such as 2026-11-24T13:00:00Z, or a day such as 2026-11-24');

const grant = z
  .strictObject({
    role: z.enum(roles),
    to: names.describe('what the platforms say of people: slack:T1/U7, discord:123/456, web:NAME'),
    galleries: names.optional(),
    cameras: names.optional(),
    places: names.optional(),
    after: instant.optional(),
    before: instant.optional(),
    lastDays: z.number().positive().max(36_500).optional(),
  })
  .refine(({ after, before }) => !after || !before || Date.parse(after) <= Date.parse(before), {
    message: 'its after is later than its before',
  });

const caseRule = z.strictObject({
  required: z.boolean().default(true).describe('no search without a stated case'),
  pattern: z
    .string()
    .min(1)
    .max(500)
    .refine(isPattern, 'must be a regular expression')
    .optional()
    .describe('a regular expression that the whole of the case must match'),
  example: name.optional().describe('a case of that form, for people who are asked for one'),
});

const approval = z.strictObject({
  galleries: names.describe('galleries whose searches wait for a second person'),
  hours: z.number().positive().max(8760).default(8).describe('how long an approval holds'),
});

export const policySchema = z.strictObject({
  grants: z
    .array(grant)
    .max(1000)
    .describe(
      'who may do what: the first that fits a person, a gallery and an act counts ([access.md](access.md))',
    ),
  case: caseRule.optional(),
  approval: approval.optional(),
});

export type Policy = z.infer<typeof policySchema>;
export type Grant = Policy['grants'][number];

function isInstant(text: string): boolean {
  return /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text) && isReal(text);
}

/** Date.parse takes 31 February for 3 March. */
function isReal(text: string): boolean {
  const day = text.slice(0, 10);
  const date = new Date(`${day}T00:00:00Z`);
  return (
    !Number.isNaN(Date.parse(text)) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day)
  );
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'u');
    return true;
  } catch {
    return false;
  }
}
