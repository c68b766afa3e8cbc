/** Where a message came from, kept until it is answered: its reply may be posted by another process. */
import { z } from 'zod';
import type { Asker } from '../../src/conversation/asker.ts';
import type { Journal } from '../journal.ts';
import { type Place, placeOf } from './conversation-names.ts';

export interface Origin {
  /** Where the answer belongs. */
  readonly place: Place;
  /** Who asked; absent for an answer whose question is forgotten. */
  readonly user?: string;
  /** The same person, as the access policy knows them. */
  readonly asker?: Pick<Asker, 'user' | 'marks'>;
  /** Markup: what was pressed, where no message shows it. */
  readonly said?: string;
  /** Reaches who asked even where the bot may not post. */
  readonly responseUrl?: string;
}

const origin = z.object({
  place: z.object({ channel: z.string(), thread: z.string().optional() }),
  user: z.string().optional(),
  asker: z.object({ user: z.string(), marks: z.array(z.string()) }).optional(),
  said: z.string().optional(),
  responseUrl: z.string().optional(),
});

export class Origins {
  constructor(private readonly journal: Journal) {}

  async keep(messageId: string, from: Origin): Promise<void> {
    await this.journal.remember(factOf(messageId), from);
  }

  /** @returns undefined where the conversation is none of Slack's */
  async of(messageId: string, conversation: string): Promise<Origin | undefined> {
    const kept = origin.safeParse(await this.journal.recall(factOf(messageId)));
    if (kept.success) return kept.data as Origin;
    const place = placeOf(conversation);
    return place && { place };
  }

  async drop(messageId: string): Promise<void> {
    await this.journal.dismiss([factOf(messageId)]);
  }
}

function factOf(messageId: string): string {
  return `origin ${messageId}`;
}
