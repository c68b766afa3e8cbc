/** Routes of a talk: messages in, events out, its history, its contact sheets. */
import { type Context, Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Asker } from '../../src/conversation/asker.ts';
import type { Conversations } from '../../src/conversation/conversations.ts';
import type { Message } from '../../src/conversation/message.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { asChatReidError } from '../../src/foundation/error.ts';
import { readActs } from '../act-schema.ts';
import { checkPicture, readForm } from './incoming.ts';
import { invalid } from './json-error.ts';
import type { WebLimits } from './limits.ts';
import { messageForPage, turnForPage } from './page-message.ts';
import { pageReply } from './page-reply.ts';
import { pageScope } from './page-scope.ts';
import type { Running } from './running.ts';
import type { TalkAccess } from './talk-access.ts';
import type { NumberedEvent, TalkEvents } from './talk-events.ts';
import { talkId, uuid } from './talk-id.ts';
import { askerOf, type WebEnv, type WebUser } from './web-user.ts';

/** A connection that says nothing is cut by proxies, and a page cannot tell it from a dead one. */
const heartbeatMs = 15_000;
/** Events that wait for a page which does not read: then it is cut off, and asks for them when it comes back. */
const mostWaiting = 200;

export interface TalkParts {
  readonly conversations: Conversations;
  readonly events: TalkEvents;
  readonly access: TalkAccess;
  readonly limits: WebLimits;
  readonly timeZone: string;
  readonly now: () => Date;
  readonly running: Running;
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal;
}

export function talkRoutes(parts: TalkParts): Hono<WebEnv> {
  const { conversations, events, access } = parts;
  const routes = new Hono<WebEnv>();
  const one = `/:talk{${uuid}}`;
  const opened = (context: Context<WebEnv>) => access.open(context.var.user, context.req.param('talk') ?? '');
  const owned = (context: Context<WebEnv>) => access.own(context.var.user, context.req.param('talk') ?? '');

  routes.get('/', async (context) => {
    const { prefix } = context.var.user;
    const talks = (await conversations.list(prefix)).map(({ conversation, ...about }) => ({
      talk: conversation.slice(prefix.length),
      ...about,
    }));
    // `web:alice/…` begins with `web:` too.
    return context.json(talks.filter(({ talk }) => talkId.test(talk)));
  });

  routes.post(`${one}/messages`, async (context) => {
    const conversation = await opened(context);
    const form = await readForm(context, parts.limits);
    const message = readMessage(parts, { conversation, user: context.var.user }, form);
    const notes: string[] = [];
    for (const picture of message.attachments) notes.push(...(await checkPicture(picture)));
    await takeIn(parts, message, notes);
    return context.json({ id: message.id, notes }, 202);
  });

  routes.get(`${one}/events`, async (context) => {
    const talk = await opened(context);
    const asker = askerOf(context.var.user, talk);
    const own = context.var.user.prefix + context.req.param('talk');
    const lastId = context.req.header('last-event-id') ?? context.req.query('last');
    context.header('x-accel-buffering', 'no');
    return streamSSE(context, async (stream) => {
      const waiting = new Waiting();
      const end = () => waiting.end();
      stream.onAbort(end);
      parts.stopping.addEventListener('abort', end, { once: true });
      const leave = events.listen(talk, (event) => waiting.push(event));
      try {
        const missed = events.since(talk, lastId);
        const whole = async () => {
          const id = events.lastId(talk);
          const data = JSON.stringify(await snapshot(parts, asker, talk));
          await stream.writeSSE({ event: 'snapshot', id, data });
        };
        if (missed === undefined) await whole();
        const tell = async (event: NumberedEvent) => {
          // A talk of somebody else may have moved on to where it is none of their business.
          if (talk !== own && event.kind !== 'forgotten' && !(await access.mayOpen(context.var.user, talk)))
            return waiting.end();
          if (event.kind === 'renewed') return whole();
          const seen = await seenBy(asker, event, conversations);
          if (seen) await stream.writeSSE(written(seen));
        };
        for (const event of missed ?? []) await tell(event);
        while (!waiting.ended) {
          const event = await waiting.next(heartbeatMs);
          if (event !== undefined) await tell(event);
          else if (!waiting.ended) await stream.write(': still here\n\n');
        }
      } finally {
        leave();
        parts.stopping.removeEventListener('abort', end);
      }
    });
  });

  routes.get(`${one}/replies`, async (context) => {
    const talk = await opened(context);
    const replies = await conversations.replies(talk, askerOf(context.var.user, talk));
    return context.json(replies.map(pageReply));
  });

  routes.get(`${one}/sheets/:message`, async (context) => {
    const talk = await opened(context);
    const asker = askerOf(context.var.user, talk);
    const replies = await conversations.replies(talk, asker);
    const reply = replies.find(
      ({ to, answer }) => to === context.req.param('message') && answer !== undefined,
    );
    if (reply === undefined) throw invalid('There is no contact sheet for this message.');
    const sheet = await conversations.sheet(reply, asker);
    context.header('cache-control', 'no-store');
    context.header('content-type', 'image/png');
    if (context.req.query('save') !== undefined) {
      context.header('content-disposition', 'attachment; filename="contact-sheet.png"');
    }
    return context.body(new Uint8Array(sheet));
  });

  routes.get(`${one}/scope`, async (context) => {
    const talk = await opened(context);
    const state = await conversations.state(talk, askerOf(context.var.user, talk));
    return context.json(pageScope(state, parts.timeZone));
  });

  routes.post(`${one}/cancel`, async (context) => {
    conversations.cancel(await owned(context));
    return context.json({});
  });

  routes.delete(one, async (context) => {
    const talk = await owned(context);
    await conversations.forget(talk, askerOf(context.var.user, talk));
    events.forget(talk);
    return context.json({});
  });

  return routes;
}

/**
 * Posts what an earlier process left unanswered: no page was told of the message since this one listens, so the message comes
 * with its reply.
 */
export function deliverLeftTo(
  events: TalkEvents,
  conversations: Conversations,
): (reply: Reply) => Promise<void> {
  return async (reply) => {
    const talk = reply.conversation;
    const turn = (await conversations.turns(reply.conversation)).find(
      ({ messageId }) => messageId === reply.to,
    );
    if (turn) events.publish(talk, { kind: 'message', data: turnForPage(turn) });
    await deliverTo(events, turn?.user ?? '')(reply);
    events.publish(talk, { kind: 'done', data: { to: reply.to } });
  };
}

/**
 * Posts a reply to every page that shows its talk. It is kept by the conversation, so a page that is away finds it there.
 *
 * @param to who is answered, unless it tells of somebody else's search
 */
function deliverTo(events: TalkEvents, to: string): (reply: Reply) => Promise<void> {
  return async (reply) => {
    events.publish(reply.conversation, { kind: 'reply', data: pageReply(reply), to: reply.of?.user ?? to });
  };
}

function readMessage(
  { limits, timeZone, now }: TalkParts,
  { conversation, user: { user, marks } }: { readonly conversation: string; readonly user: WebUser },
  { field, pictures }: Awaited<ReturnType<typeof readForm>>,
): Message {
  const id = field('id');
  if (!talkId.test(id)) throw invalid('A message needs an id, which is a UUID.');
  const text = field('text');
  if (text.length > limits.textLength) {
    throw invalid(
      `This message has ${text.length.toLocaleString('en-US')} characters.`,
      `Write at most ${limits.textLength.toLocaleString('en-US')}.`,
    );
  }
  const acts = readActs(field('acts'), timeZone);
  if (text.trim() === '' && pictures.length === 0 && acts.length === 0) {
    throw invalid('This message is empty.', 'Describe the person, or attach a picture.');
  }
  return {
    id,
    conversation,
    user,
    marks,
    at: now().toISOString(),
    text,
    attachments: pictures,
    ...(acts.length === 0 ? {} : { acts }),
  };
}

/** @returns when the message is safe */
async function takeIn(
  { conversations, events, running }: TalkParts,
  message: Message,
  notes: readonly string[],
): Promise<void> {
  const { id: to, conversation: talk } = message;
  // Whatever is answered, and however fast: the message is on the page before.
  let tell = () => {};
  const shown = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const deliver = deliverTo(events, message.user);
  const { accepted, done } = conversations.handle(message, (reply) => shown.then(() => deliver(reply)));
  done.catch(() => undefined);
  const pictures = await accepted;
  events.publish(talk, { kind: 'message', data: messageForPage(message, pictures, notes) });
  tell();
  running.add(
    done.then(
      () => events.publish(talk, { kind: 'done', data: { to } }),
      (error: unknown) => {
        const { code, message: why, next } = asChatReidError(error, 'answering a message');
        events.publish(talk, { kind: 'failed', data: { to, code, message: why, next } });
      },
    ),
  );
}

/** The talk as it stands: kept turns are dealt with, whatever became of their replies. */
async function snapshot({ conversations, events }: TalkParts, asker: Asker, talk: string) {
  // Looked at first: what becomes a turn while the rest is read is in both, and not in neither.
  const open = events.open(talk, asker.user);
  const [turns, replies] = await Promise.all([conversations.turns(talk), conversations.replies(talk, asker)]);
  const answered = new Set(turns.map(({ messageId }) => messageId));
  return {
    messages: [
      ...turns.map((turn) => ({ ...turnForPage(turn), done: true })),
      ...open.messages.filter(({ id }) => !answered.has(id)),
    ],
    replies: [...open.replies.filter(({ to }) => !answered.has(to)), ...replies.map(pageReply)],
  };
}

/** What somebody else was answered is seen as far as the access policy shows it; a first page, which nobody keeps, not at all. */
async function seenBy(
  asker: Asker,
  event: NumberedEvent,
  conversations: Conversations,
): Promise<NumberedEvent | undefined> {
  if (event.kind !== 'reply' || event.to === asker.user) return event;
  const kept = await conversations.replies(asker.conversation ?? '', asker);
  const reply = kept.find(({ key }) => key === event.data.key);
  return reply && { ...event, data: pageReply(reply) };
}

function written({ kind, id, data }: NumberedEvent) {
  return { event: kind, id, data: JSON.stringify(data) };
}

/** Events on their way to one page. */
class Waiting {
  readonly #events: NumberedEvent[] = [];
  #wake: () => void = () => undefined;
  ended = false;

  push(event: NumberedEvent): void {
    this.#events.push(event);
    if (this.#events.length > mostWaiting) this.end();
    this.#wake();
  }

  end(): void {
    this.ended = true;
    this.#wake();
  }

  /** @returns undefined when nothing came in time, or it has ended */
  async next(withinMs: number): Promise<NumberedEvent | undefined> {
    if (this.#events.length === 0 && !this.ended) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, withinMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.ended ? undefined : this.#events.shift();
  }
}
