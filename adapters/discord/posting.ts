/** Posts replies: each once, the final one in the place of the first, whatever failed or died in between. */
import { readFile } from 'node:fs/promises';
import type { Asker } from '../../src/conversation/asker.ts';
import type { Conversations } from '../../src/conversation/conversations.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { asChatReidError, type ChatReidError } from '../../src/foundation/error.ts';
import type { Journal, Posted } from '../journal.ts';
import type { ActCodes } from './act-code.ts';
import { type Address, isTokenGood } from './address.ts';
import { asPlatformError, isClosed, isDead, refusalOf, refusals } from './api-error.ts';
import type { DiscordApi, Written } from './discord-api.ts';
import { Gate } from '../gate.ts';
import { discordLimits } from './limits.ts';
import { cut } from './markdown.ts';
import { conversationOf, placeOf } from './places.ts';
import { markerOf } from './reply-embed.ts';
import { barePayload, type Payload, type PayloadFile, type Pictures, replyPayload } from './reply-payload.ts';
import { idAt, timeOf } from './snowflake.ts';
import type { TalkPlaces } from './talk-places.ts';

export interface PostingParts {
  readonly api: DiscordApi;
  readonly journal: Journal;
  readonly codes: ActCodes;
  readonly places: TalkPlaces;
  readonly conversations: Conversations;
  /** Id of the bot's user. */
  readonly bot: string;
  onTrouble(error: ChatReidError): void;
}

const sheetTooLarge = 'The contact sheet is too large for this place.';

/** Sends the payload, or as much of it as is taken. */
type Send = (call: (payload: Payload) => Promise<Written>) => Promise<Written>;

export interface Known {
  readonly stage: 'trying' | 'first' | 'final';
  readonly written?: Written;
}

/** Pictures of many answers at once would keep the processor from acknowledging what comes in. */
const postsAtOnce = 6;

export class Posting {
  readonly #gate = new Gate(postsAtOnce);

  constructor(private readonly parts: PostingParts) {}

  /** @throws ChatReidError PLATFORM_*: it can be tried again with the same reply */
  async deliver(reply: Reply, address: Address): Promise<void> {
    try {
      await this.#gate.through(() => this.#deliver(reply, address));
    } catch (error) {
      throw asPlatformError(error, 'posting an answer');
    }
  }

  async #deliver(reply: Reply, address: Address): Promise<void> {
    const known = knownOf(await this.parts.journal.posted(reply.to));
    if (known?.stage === 'final' || known?.stage === reply.stage) return;
    const written = await this.#put(reply, address, known);
    await this.#keep(reply, address, written);
  }

  /** Edits a post to what its reply is now: pictures that were forgotten are not on it any more. */
  async refresh(reply: Reply, hint: string): Promise<void> {
    const known = knownOf(await this.parts.journal.posted(reply.to));
    if (known?.stage !== 'final' || !known.written) return;
    const { written } = known;
    const full = await this.#payload(reply, { hint, uploadBytes: discordLimits.uploadBytes });
    await this.#fitting(reply, full, (payload) => this.parts.api.edit(written, payload)).catch(
      (error: unknown) => {
        if (!isClosed(error) && !isDead(error)) throw error;
      },
    );
  }

  /** Removes the posts that answered these messages. @returns how many there were */
  async remove(messages: readonly string[]): Promise<number> {
    let removed = 0;
    for (const message of messages) {
      const written = knownOf(await this.parts.journal.posted(message))?.written;
      if (!written) continue;
      try {
        await this.parts.api.remove(written);
        removed++;
      } catch (error) {
        if (!isClosed(error) && !isDead(error)) throw asPlatformError(error, 'removing a post');
      }
      await this.parts.journal.keepPosted(message, { stage: 'final' });
    }
    return removed;
  }

  async #keep(reply: Reply, address: Address, written: Written | undefined): Promise<void> {
    const { journal, places } = this.parts;
    if (written && !isDefaultTalk(reply.conversation, written, address)) {
      await places.keepPost(written.id, reply.conversation);
    }
    const where = written ? { channel: written.channel, message: written.id } : {};
    // Lost with the power it is done again: an edit, or a post that is looked for.
    await journal.keepPosted(reply.to, { stage: reply.stage, ...where }, { synced: false });
  }

  /** @returns undefined where it can be posted nowhere */
  async #put(reply: Reply, address: Address, known: Known | undefined): Promise<Written | undefined> {
    const full = await this.#payload(reply, address);
    const send: Send = (call) => this.#fitting(reply, full, call);
    const edited = await this.#edited(address, known, send);
    if (edited) return edited;
    if (address.hidden) return this.#directly(reply, address, send);
    return this.#anew(reply, address, known, send);
  }

  /** In the place of what stands there already: the page of before, or "is thinking". */
  async #edited(address: Address, known: Known | undefined, send: Send): Promise<Written | undefined> {
    const { api } = this.parts;
    const { token, deferred, original, channel, hidden } = address;
    const standing = known?.written ?? (original === undefined ? undefined : { id: original, channel });
    const inPlace = token !== undefined && deferred && isTokenGood(address);
    if (inPlace && (!known?.written || hidden || known.written.id === original)) {
      try {
        return await send((payload) => api.editOriginal(token.application, token.token, payload));
      } catch (error) {
        if (!isDead(error)) throw error;
      }
    }
    if (!standing || hidden) return undefined;
    try {
      return await send((payload) => api.edit(standing, payload));
    } catch (error) {
      if (!isDead(error) && !isClosed(error)) throw error;
      return undefined;
    }
  }

  async #anew(
    reply: Reply,
    address: Address,
    known: Known | undefined,
    send: Send,
  ): Promise<Written | undefined> {
    const { api, journal } = this.parts;
    const { channel, replyTo } = address;
    const tried = known?.stage === 'trying';
    try {
      const earlier = tried ? await this.#found(reply, channel) : undefined;
      if (earlier) return await send((payload) => api.edit(earlier, payload));
      await journal.keepPosted(reply.to, { stage: 'trying' });
      return await send((payload) => api.post(channel, payload, nonceOf(reply), replyTo));
    } catch (error) {
      if (!isClosed(error)) throw error;
      if (isTokenGood(address)) return this.#followUp(reply, address, tried, send);
      this.parts.onTrouble(asPlatformError(error, 'posting an answer'));
      return undefined;
    }
  }

  /** Where the bot may not write it can still answer who asked; such a message has no nonce, and is looked for before a second try. */
  async #followUp(
    reply: Reply,
    { token }: Address,
    tried: boolean,
    send: Send,
  ): Promise<Written | undefined> {
    if (!token) return undefined;
    const { api } = this.parts;
    const earlier = tried ? await this.#foundIfSeen(reply, token.channel) : undefined;
    // Of the channel it may be, to whose messages the bot has no other way than the token.
    if (earlier)
      return send((payload) => api.editFollowUp(token.application, token.token, earlier.id, payload));
    return send((payload) => api.followUp(token.application, token.token, payload));
  }

  /** What only one person may see and is late: to them alone. */
  async #directly(reply: Reply, { user }: Address, send: Send): Promise<Written | undefined> {
    const { api, journal } = this.parts;
    try {
      const channel = await api.directChannel(user);
      const known = knownOf(await journal.posted(reply.to));
      const first = known?.written?.channel === channel ? known.written : undefined;
      const earlier = first ?? (known?.stage === 'trying' ? await this.#found(reply, channel) : undefined);
      if (earlier) return await send((payload) => api.edit(earlier, payload));
      await journal.keepPosted(reply.to, { stage: 'trying' });
      return await send((payload) => api.post(channel, payload, nonceOf(reply)));
    } catch (error) {
      if (!isClosed(error)) throw error;
      this.parts.onTrouble(asPlatformError(error, 'posting an answer to one person'));
      return undefined;
    }
  }

  /** A post of which nobody knows whether it was made carries the message that it answers. */
  async #found(reply: Reply, channel: string): Promise<Written | undefined> {
    const marker = markerOf(reply.to);
    const after = idAt(timeOf(reply.to) - 60_000);
    const posts = await this.parts.api.postsAfter(channel, after, this.parts.bot);
    return posts.find(({ lastWords }) => lastWords.some((words) => words.endsWith(marker)));
  }

  /** Where the bot may not read the channel nobody can say: then a post that is there twice is better than none. */
  async #foundIfSeen(reply: Reply, channel: string): Promise<Written | undefined> {
    try {
      return await this.#found(reply, channel);
    } catch (error) {
      if (isClosed(error)) return undefined;
      throw error;
    }
  }

  /** Without pictures where they are too large, and in bare words where Discord does not take the rest: an answer, whatever it was. */
  async #fitting(
    reply: Reply,
    full: Payload,
    call: (payload: Payload) => Promise<Written>,
  ): Promise<Written> {
    for (let payload = full; ; ) {
      try {
        return await call(payload);
      } catch (error) {
        const smaller = smallerThan(payload, reply, refusalOf(error));
        if (!smaller) throw error;
        this.parts.onTrouble(asPlatformError(error, 'posting an answer'));
        payload = smaller;
      }
    }
  }

  async #payload(
    reply: Reply,
    { hint, uploadBytes, asker }: Pick<Address, 'hint' | 'uploadBytes' | 'asker'>,
  ): Promise<Payload> {
    const pictures = await this.#pictures(reply, asker && { ...asker, conversation: reply.conversation });
    const full = await replyPayload(reply, {
      pictures,
      hint,
      encode: (act) => this.parts.codes.encode(act),
    });
    const bytes = full.files.reduce((sum, file) => sum + file.bytes.length, 0);
    return bytes > uploadBytes ? withoutFiles(full, sheetTooLarge) : full;
  }

  async #pictures(reply: Reply, asker: Asker | undefined): Promise<Pictures> {
    const { conversations, onTrouble } = this.parts;
    try {
      const sheet =
        reply.answer && reply.answer.cards.length > 0 ? await conversations.sheet(reply, asker) : undefined;
      const people = await this.#people(reply, asker);
      return { ...(sheet ? { sheet } : {}), people };
    } catch (error) {
      // The words and the buttons are worth more than nothing.
      onTrouble(asChatReidError(error, 'drawing the contact sheet'));
      return {};
    }
  }

  async #people({ people }: Reply, asker: Asker | undefined): Promise<PayloadFile[]> {
    const shown = (people?.people ?? []).slice(0, discordLimits.files);
    return Promise.all(
      shown.map(async ({ number, pictureId }) => {
        const path = await this.parts.conversations.picturePath(pictureId, asker);
        const extension = /\.(png|jpe?g|webp)$/i.exec(path)?.[1]?.toLowerCase() ?? 'jpg';
        return {
          name: `person-${number}.${extension}`,
          bytes: await readFile(path),
          description: `Person ${number}`,
        };
      }),
    );
  }
}

export function knownOf(posted: Posted | undefined): Known | undefined {
  if (!posted) return undefined;
  const { stage, channel, message } = posted;
  const written =
    typeof channel === 'string' && typeof message === 'string' ? { id: message, channel } : undefined;
  return {
    stage: stage === 'first' || stage === 'final' ? stage : 'trying',
    ...(written ? { written } : {}),
  };
}

/** Whether a press on the post leads to its talk by itself: it stands in the talk's channel, or its thread is the talk. */
function isDefaultTalk(conversation: string, { id, channel }: Written, { hidden }: Address): boolean {
  const place = placeOf(conversation);
  if (!place) return true;
  if (place.user !== undefined) return hidden && place.channel === channel;
  return place.channel === channel || place.channel === id || conversation === conversationOf({ channel });
}

function nonceOf({ to }: Reply): string {
  return to.slice(0, discordLimits.nonce);
}

/** What is tried where Discord refuses a payload: without its pictures, then the words alone. @returns undefined where nothing helps */
function smallerThan({ body, files }: Payload, reply: Reply, code: number | undefined): Payload | undefined {
  const { tooLarge, missingPermissions, invalidForm } = refusals;
  if (code !== tooLarge && code !== missingPermissions && code !== invalidForm) return undefined;
  if (files.length > 0 && code !== invalidForm) {
    const why = code === missingPermissions ? 'The bot may not attach pictures here.' : sheetTooLarge;
    return withoutFiles({ body, files }, why);
  }
  return body.embeds.length > 0 ? barePayload(reply) : undefined;
}

/** The words stay, and say why there is no picture. */
function withoutFiles({ body }: Payload, why: string): Payload {
  const note = `\n-# ${why}`;
  const embeds = body.embeds.map(({ image: _image, ...embed }) => {
    const words = cut(embed.description ?? '', discordLimits.embed.description - note.length);
    return { ...embed, description: `${words}${note}`.trim() };
  });
  return { body: { ...body, embeds }, files: [] };
}
