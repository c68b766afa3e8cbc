/** Acts as they are kept: whether one has what is done with it, so that a turn of a damaged disk does not stop its talk. */
import { z } from 'zod';
import type { Act, ActName } from '../act.ts';

const ref = z.union([
  z.object({ rank: z.number() }),
  z.object({ pictureId: z.string() }),
  z.object({ attachment: z.number() }),
  z.object({ query: z.literal(true) }),
]);
const refs = { pictures: z.array(ref) };
const one = { picture: ref };
const two = { first: ref, second: ref };
const trait = z.object({ name: z.string(), value: z.string(), present: z.boolean() });
const names = z.array(z.string()).optional();

const fields: Readonly<Record<ActName, z.ZodRawShape>> = {
  clue: { words: z.string(), traits: z.array(trait).optional() },
  show: refs,
  exclude: refs,
  choose: one,
  constrain: { cameras: names, places: names, gallery: z.string().optional() },
  lift: { part: z.string(), value: z.string().optional() },
  compare: two,
  verify: two,
  why: { picture: ref.optional() },
  describe: one,
  more: {},
  ask: { question: z.string(), ...one },
  answer: { question: z.string().optional(), value: z.string() },
  person: { number: z.number() },
  register: refs,
  forget: refs,
  case: { purpose: z.string() },
  approve: { request: z.string().optional() },
  reset: {},
  undo: {},
  help: {},
  unclear: { hint: z.string() },
};

const shapes = new Map(Object.entries(fields).map(([name, shape]) => [name, z.object(shape)]));

export function isKeptAct(value: unknown): value is Act {
  const { act } = (value ?? {}) as { act?: unknown };
  return typeof act === 'string' && shapes.get(act)?.safeParse(value).success === true;
}
