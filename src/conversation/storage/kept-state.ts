/** States as they are kept: whether one has what is done with it; one that has not is folded anew from its turns. */
import { z } from 'zod';
import type { Turn, TurnOutcome } from '../dialogue-state.ts';

const names = z.array(z.string());
const trait = z.object({ name: z.string(), value: z.string(), present: z.boolean() });
const question = z.object({ id: z.string(), name: z.string(), value: z.string(), text: z.string() });

const sought = z.object({
  version: z.literal(1),
  gallery: z.string(),
  pictures: names,
  chosen: names,
  clues: z.array(z.object({ messageId: z.string(), words: z.string(), traits: z.array(trait) })),
  negatives: names,
  cameras: names,
  places: names,
  answers: z.array(z.object({ question, value: z.string() })),
  top: z.number(),
});

const awaiting = z.object({ request: z.string(), user: z.string(), gallery: z.string() });
const approval = z.object({ user: z.string(), gallery: z.string(), at: z.string() });

const state = sought.extend({
  awaiting: awaiting.optional(),
  approvals: z.array(approval).optional(),
  shown: names,
  talkedOf: names.optional(),
  asked: question.optional(),
  askedBefore: z.array(question),
  people: names,
});

const outcome = z.object({
  shown: names.optional(),
  asked: question.optional(),
  people: names.optional(),
  awaiting: awaiting.optional(),
});
const before = z.object({ before: sought.optional(), restored: sought.optional() });

export function isKeptState(value: unknown): boolean {
  return state.safeParse(value).success;
}

export function isKeptOutcome(value: unknown): value is TurnOutcome {
  return outcome.safeParse(value).success;
}

/** Whether what `undo` goes back to is whole, where there is such. */
export function hasKeptSought(turn: Partial<Turn>): boolean {
  return before.safeParse(turn).success;
}
