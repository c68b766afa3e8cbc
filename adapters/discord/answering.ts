/** What was taken in is done: the talk's place found, pictures fetched, the message handed to the conversations, its event finished. */
import type { Act } from '../../src/conversation/act.ts';
import type { Asker } from '../../src/conversation/asker.ts';
import type { Conversations } from '../../src/conversation/conversations.ts';
import type { Attachment, Message } from '../../src/conversation/message.ts';
import { replyTo } from '../../src/conversation/replies/reply-to.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { asChatReidError, ChatReidError } from '../../src/foundation/error.ts';
import type { AdapterWatch } from '../adapter.ts';
import { downloadPicture } from '../download.ts';
import { Gate } from '../gate.ts';
import type { Journal } from '../journal.ts';
import type { Address } from './address.ts';
import { Addresses } from './addresses.ts';
import type { Askers } from './askers.ts';
import { asPlatformError, isDead, refusalOf, refusals } from './api-error.ts';
import type { DiscordApi } from './discord-api.ts';
import type { Forgetting } from './forgetting.ts';
import { discordLimits } from './limits.ts';
import { cut, escaped, plain } from './markdown.ts';
import type { DiscordAttachment, DiscordInteraction, DiscordMessage } from './payloads.ts';
import { userOf } from './payloads.ts';
import { conversationOf, type Place, placeOf } from './places.ts';
import { type Asked, canOpenThread, isThread, type Plan } from './plan.ts';
import type { Posting } from './posting.ts';
import { notePayload } from './reply-payload.ts';
import { isoOf } from './snowflake.ts';
import type { TalkPlaces } from './talk-places.ts';
import { type Tellable, tell } from './telling.ts';

export interface AnsweringParts {
  readonly api: DiscordApi;
  readonly journal: Journal;
  readonly conversations: Conversations;
  readonly posting: Posting;
  readonly forgetting: Forgetting;
  readonly places: TalkPlaces;
  readonly askers: Askers;
  readonly bot: string;
  readonly attachmentHosts: readonly string[];
  readonly tellable: Tellable;
  readonly watch: AdapterWatch;
  readsMessages(): boolean;
}

/** Milliseconds for one picture. */
const downloadMs = 60_000;
/** Pictures are in memory until the conversations have kept them: of so many messages at once. */
const fetchedAtOnce = 6;

export class Answering {
  readonly #addresses = new Addresses();
  readonly #fetching = new Gate(fetchedAtOnce);
  readonly #running = new Set<Promise<void>>();

  constructor(private readonly parts: AnsweringParts) {}

  /** Replies to this message wait until it is known where they go. */
  expect(id: string): void {
    this.#addresses.expect(id);
  }

  drop(id: string): void {
    this.#addresses.drop(id);
  }

  /** Posts a reply, of whichever message it is. @throws ChatReidError PLATFORM_* */
  readonly deliver = async (reply: Reply): Promise<void> => {
    const address = (await this.#addresses.of(reply.to)) ?? this.#addressIn(reply.conversation);
    if (address) await this.parts.posting.deliver(reply, address);
  };

  /** Resolves when every answer is posted. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  async message(message: DiscordMessage, opens: boolean): Promise<void> {
    const { id, channel_id, guild_id: guild, author, attachments } = message;
    const text = message.content.replaceAll(new RegExp(`<@!?${this.parts.bot}>`, 'g'), '').trim();
    const opened = opens && (await this.#thread(channel_id, id, text));
    const place: Place = { ...(guild === undefined ? {} : { guild }), channel: opened ? id : channel_id };
    const acts: Act[] = text === '' && attachments.length === 0 ? [{ act: 'help' }] : [];
    const asker = await this.parts.askers.ofMessage(message);
    await this.#talk(
      id,
      asker,
      place,
      { text, attachments, acts },
      {
        channel: place.channel,
        user: author.id,
        asker,
        hidden: false,
        deferred: false,
        uploadBytes: discordLimits.uploadBytes,
        hint: this.#hint(place),
        ...(opened ? {} : { replyTo: id }),
      },
    );
  }

  async interaction(interaction: DiscordInteraction, plan: Plan, original?: string): Promise<void> {
    const { id, application_id, token, channel_id } = interaction;
    if (plan.kind === 'tell' || plan.kind === 'forget') return this.#note(interaction, plan);
    const user = userOf(interaction) ?? '';
    const asker = this.parts.askers.ofInteraction(interaction);
    const place = plan.kind === 'find' ? await this.#placeOfSearch(interaction, plan, original) : plan.place;
    const elsewhere = plan.kind === 'go on' && plan.elsewhere;
    const asked = plan.kind === 'find' ? await this.#anew(id, place, plan.asked) : plan.asked;
    await this.#talk(id, asker, place, asked, {
      channel: elsewhere ? place.channel : channel_id,
      user,
      asker,
      hidden: plan.hidden,
      token: { application: application_id, token, interaction: id, channel: channel_id },
      deferred: !elsewhere,
      ...(original === undefined ? {} : { original }),
      uploadBytes: interaction.attachment_size_limit ?? discordLimits.uploadBytes,
      hint: this.#hint(place),
    });
  }

  /** An answer that is no part of a talk. Who asked waits for it a quarter of an hour; later nobody needs it. */
  async #note(
    interaction: DiscordInteraction,
    plan: Extract<Plan, { kind: 'tell' | 'forget' }>,
  ): Promise<void> {
    const { id, application_id, token } = interaction;
    const asker = this.parts.askers.ofInteraction(interaction);
    const paragraphs = await this.#said(plan, asker).catch((error: unknown) => {
      const known = asChatReidError(error, plan.kind === 'forget' ? 'forgetting' : 'looking it up');
      this.parts.watch.trouble(known);
      return [`${escaped(known.message)} ${escaped(known.next)}`];
    });
    try {
      await this.parts.api.editOriginal(application_id, token, notePayload(paragraphs));
    } catch (error) {
      if (!isDead(error)) this.parts.watch.trouble(asPlatformError(error, 'answering a command'));
    }
    await this.#finish(id);
  }

  async #said(plan: Extract<Plan, { kind: 'tell' | 'forget' }>, asker: Asker): Promise<string[]> {
    if (plan.kind === 'forget') return this.parts.forgetting.talk(plan.place, asker);
    const { only, what } = plan;
    const readsMessages = this.parts.readsMessages();
    return tell(what, this.parts.tellable, { asker, readsMessages, ...(only === undefined ? {} : { only }) });
  }

  /** In a thread under the answer, where there can be one; otherwise where it was asked. */
  async #placeOfSearch(
    interaction: DiscordInteraction,
    { hidden, asked }: Extract<Plan, { kind: 'find' }>,
    original: string | undefined,
  ): Promise<Place> {
    const { guild_id: guild, channel_id } = interaction;
    const user = userOf(interaction);
    const opened =
      !hidden &&
      original !== undefined &&
      canOpenThread(interaction) &&
      (await this.#thread(channel_id, original, asked.text));
    const place: Place = {
      ...(guild === undefined ? {} : { guild }),
      channel: opened && original !== undefined ? original : channel_id,
      ...(hidden && user !== undefined ? { user } : {}),
    };
    if (!hidden && isThread(interaction)) await this.parts.places.keepSearch(channel_id);
    if (guild !== undefined && user !== undefined)
      await this.parts.places.keepLatest(channel_id, user, place);
    return place;
  }

  /** A second search in one place begins anew. What is done again after a restart was begun then: it stays as it was. */
  async #anew(id: string, place: Place, asked: Asked): Promise<Asked> {
    const turns = await this.parts.conversations.turns(conversationOf(place));
    const goesOn = turns.length > 0 && !turns.some(({ messageId }) => messageId === id);
    return goesOn ? { ...asked, acts: [{ act: 'reset' }, ...asked.acts] } : asked;
  }

  /** @returns whether there is one now */
  async #thread(channel: string, message: string, words: string): Promise<boolean> {
    const name = cut(plain(words), discordLimits.threadName) || 'Search';
    // A thread has the id of its first message. It is known before it is there: people may write in it when this process is gone.
    await this.parts.places.keepSearch(message);
    try {
      await this.parts.api.openThread(channel, message, name);
    } catch (error) {
      // Where no thread can be, or may be opened, the search goes on in the channel.
      if (refusalOf(error) !== refusals.threadExists) return false;
    }
    return true;
  }

  async #talk(id: string, asker: Asker, place: Place, asked: Asked, address: Address): Promise<void> {
    const conversation = conversationOf(place);
    this.#addresses.settle(id, address);
    const handled = () => this.#handled({ id, conversation, at: isoOf(id), ...asker }, asked);
    await (asked.attachments.length > 0 ? this.#fetching.through(handled) : handled());
  }

  /** Resolves when the conversations have it: the next message of the channel may follow. */
  async #handled(
    head: Pick<Message, 'id' | 'conversation' | 'user' | 'marks' | 'at'>,
    { text, attachments, acts }: Asked,
  ): Promise<void> {
    const { conversations } = this.parts;
    let fetched: Attachment[];
    try {
      fetched = await this.#fetched(attachments);
    } catch (error) {
      const told = replyTo(head, 'final', { error: asChatReidError(error, 'fetching a picture').report() });
      return this.#until(head.id, this.deliver(told));
    }
    const message = { ...head, text, attachments: fetched, ...(acts.length > 0 ? { acts } : {}) };
    const { accepted, done } = conversations.handle(message, this.deliver);
    this.#track(
      this.#until(
        head.id,
        done.then(() => this.#refreshed(head, asked(acts, text))),
      ),
    );
    await accepted.catch(() => undefined);
  }

  /** The event is finished with its answer; what failed is left to the next process. */
  async #until(id: string, done: Promise<unknown>): Promise<void> {
    try {
      await done;
      await this.#finish(id);
    } catch (error) {
      this.#addresses.drop(id);
      if (error instanceof ChatReidError && error.code === 'CANCELLED') return;
      this.parts.watch.trouble(asChatReidError(error, 'answering a message'));
    }
  }

  /** Posts that showed a picture which was removed do not show it any more. */
  async #refreshed(
    { id, conversation }: { id: string; conversation: string },
    mayForget: boolean,
  ): Promise<void> {
    if (!mayForget) return;
    const place = placeOf(conversation);
    await this.parts.forgetting
      .pictures(conversation, id, place ? this.#hint(place) : '')
      .catch((error: unknown) =>
        this.parts.watch.trouble(asPlatformError(error, 'removing a picture from posts')),
      );
  }

  async #finish(id: string): Promise<void> {
    await this.parts.journal.finish(id);
    await this.parts.journal.dismiss([`acknowledged/${id}`]);
    this.#addresses.drop(id);
  }

  /** @throws ChatReidError REQUEST_REFUSED, UPLOAD_TOO_LARGE, PICTURE_UNREACHABLE */
  async #fetched(attachments: readonly DiscordAttachment[]): Promise<Attachment[]> {
    return Promise.all(
      attachments.map(async ({ url, filename }) => ({
        name: filename,
        bytes: await downloadPicture(url, {
          hosts: this.parts.attachmentHosts,
          maxBytes: discordLimits.pictureBytes,
          timeoutMs: downloadMs,
        }),
      })),
    );
  }

  /** Of a message whose event is not known any more. */
  #addressIn(conversation: string): Address | undefined {
    const place = placeOf(conversation);
    if (!place) return undefined;
    return {
      channel: place.channel,
      user: place.user ?? '',
      hidden: place.user !== undefined,
      deferred: false,
      uploadBytes: discordLimits.uploadBytes,
      hint: this.#hint(place),
    };
  }

  #hint({ guild, user }: Place): string {
    if (user !== undefined) return 'Only you see this. Go on with the buttons, or with /refine.';
    if (guild === undefined) return 'Write here to go on.';
    return this.parts.readsMessages()
      ? 'Write in the thread to go on, or use /refine.'
      : 'Go on with the buttons, or with /refine.';
  }

  #track(work: Promise<void>): void {
    this.#running.add(work);
    void work.then(() => this.#running.delete(work));
  }
}

/** Whether it can have removed a picture: only then its posts are looked through. */
function asked(acts: readonly Act[], text: string): boolean {
  return acts.some(({ act }) => act === 'forget') || /forget|delete|remove|erase/i.test(text);
}
