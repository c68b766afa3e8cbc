/** What is done with what people send: handed to the conversations, refused, or answered with a form. */
import { helpText } from '../../src/conversation/replies/help-text.ts';
import type { Act } from '../../src/conversation/act.ts';
import type { Conversations } from '../../src/conversation/conversations.ts';
import type { Attachment } from '../../src/conversation/message.ts';
import { replyTo } from '../../src/conversation/replies/reply-to.ts';
import { asChatReidError, ChatReidError } from '../../src/foundation/error.ts';
import type { AdapterWatch } from '../adapter.ts';
import { Gate } from '../gate.ts';
import type { Journal } from '../journal.ts';
import type { RefusalReason, Refusals } from '../refusal.ts';
import type { Askers } from './askers.ts';
import type { AssistantThreads } from './assistant-threads.ts';
import { actOfValue } from './button-act.ts';
import { conversationName, isDirect, type Place, userName } from './conversation-names.ts';
import type { EventWork, KeptIncoming } from './event-gate.ts';
import type { HomeTab } from './home-tab.ts';
import type { Incoming, Me, Person, SlackFile } from './incoming.ts';
import { messageLimits, type SlackLimits } from './limits.ts';
import { cut, escaped, writtenText } from './mrkdwn.ts';
import type { Forms } from './forms.ts';
import type { Origin, Origins } from './origins.ts';
import type { FetchedPictures, PictureFiles } from './picture-files.ts';
import type { PicturesAbove } from './pictures-above.ts';
import type { Poster } from './poster.ts';
import { actsOfView, type SubmittedView } from './submitted-view.ts';
import type { Threads } from './threads.ts';
import type { Whispers } from './whispers.ts';

export interface MessageWorkParts {
  readonly conversations: Conversations;
  readonly journal: Journal;
  readonly threads: Threads;
  readonly origins: Origins;
  readonly poster: Poster;
  readonly whispers: Whispers;
  readonly files: PictureFiles;
  readonly above: PicturesAbove;
  readonly limits: Pick<SlackLimits, 'picturesAtOnce'>;
  readonly home: HomeTab;
  readonly forms: Forms;
  readonly assistant: AssistantThreads;
  readonly me: Me;
  readonly askers: Askers;
  readonly refusals: Refusals;
  readonly allowTeams: readonly string[];
  readonly timeZone: string;
  readonly now: () => Date;
  readonly watch: AdapterWatch;
}

interface Handed {
  readonly id: string;
  readonly by: Person;
  readonly origin: Origin;
  /** Where the talk is: that of a thread under a direct message is around it. */
  readonly talk: Place;
  readonly text?: string;
  readonly acts?: readonly Act[];
  readonly pictures?: readonly Attachment[];
}

type Working = { readonly done: Promise<void> };
const nothing: Working = { done: Promise.resolve() };

export class MessageWork implements EventWork {
  /** Messages that are being answered, and their talks. */
  readonly #running = new Map<string, string>();
  readonly #pictured: Gate;

  constructor(private readonly parts: MessageWorkParts) {
    this.#pictured = new Gate(parts.limits.picturesAtOnce);
  }

  async begin(incoming: KeptIncoming): Promise<Working> {
    if ('by' in incoming && this.#isStranger(incoming.by)) return this.#refuseStranger(incoming);
    switch (incoming.kind) {
      case 'message':
        return this.#message(incoming);
      case 'press':
        return this.#press(incoming);
      case 'find':
        return this.#find(incoming);
      case 'shortcut':
        return this.#shortcut(incoming);
      case 'submitted':
        return this.#submitted(incoming.id, incoming.view, incoming.by);
      case 'assistant':
        await this.parts.assistant.greet(incoming.place);
        return nothing;
      default:
        return nothing;
    }
  }

  async light(incoming: Incoming): Promise<void> {
    const { threads, whispers, forms, home, conversations, askers, watch } = this.parts;
    switch (incoming.kind) {
      case 'edited':
        return this.#edited(incoming);
      case 'deleted': {
        const conversation = this.#running.get(incoming.id);
        if (conversation !== undefined) conversations.cancel(conversation);
        return;
      }
      case 'bot':
        return this.#refused(incoming.by, 'a bot');
      case 'home':
        return this.#isStranger(incoming.by)
          ? this.#refused(incoming.by, 'other workspace')
          : home.show(incoming.by);
      case 'find':
      case 'open': {
        if (this.#isStranger(incoming.by)) return void (await this.#refuseStranger(incoming));
        const { by, trigger, place, responseUrl } = incoming;
        const kind = incoming.kind === 'open' && incoming.what === 'filters' ? 'filters' : 'find';
        const talk = place && (await threads.talkAt(place));
        const origin = {
          place: place ?? { channel: by.user },
          user: by.user,
          ...(responseUrl ? { responseUrl } : {}),
        };
        try {
          await forms.open(kind, trigger, talk, await askers.of(by, place?.channel));
        } catch (error) {
          await whispers.tell(origin, asChatReidError(error, 'opening the form'));
        }
        return;
      }
      case 'removed':
        watch.trouble(
          new ChatReidError(
            'PLATFORM_REFUSED',
            `The app was removed from the Slack workspace (${incoming.why}).`,
            'Install it again, and give the new token to the bot.',
          ),
        );
        return;
      default:
        return;
    }
  }

  async #message(incoming: Extract<Incoming, { kind: 'message' }>): Promise<Working> {
    const { ts, place } = incoming;
    const { threads, above } = this.parts;
    const talk = await threads.talkAt(place);
    const direct = isDirect(place.channel) && place.thread === undefined;
    // A thread under it goes on with the same talk.
    await threads.claim(direct ? { channel: place.channel, thread: ts } : place, direct ? 'direct' : 'own');
    const files =
      incoming.mentioned && incoming.files.length === 0 ? await above.of(place, ts, talk) : incoming.files;
    if (files.length === 0) return this.#said(incoming, talk, files);
    return this.#pictured.through(() => this.#said(incoming, talk, files));
  }

  /** @param files those of the message, or of the one that it is said under */
  async #said(
    incoming: Extract<Incoming, { kind: 'message' }>,
    talk: Place,
    files: readonly SlackFile[],
  ): Promise<Working> {
    const { id, by, place } = incoming;
    const { assistant, me } = this.parts;
    const borrowed = files.length > incoming.files.length;
    const said = borrowed ? { said: ':frame_with_picture: With the picture above' } : {};
    const origin = { place, user: by.user, ...said };
    const fetched = await this.#fetched(id, talk, origin, files);
    if (!fetched) return this.#refusing(id);
    const text = writtenText(incoming.text, me.botUserId);
    const empty = text === '' && fetched.pictures.length === 0;
    void assistant.working(place, text);
    return this.#hand({
      id,
      by,
      origin,
      talk,
      text,
      pictures: fetched.pictures,
      ...(empty ? { acts: [{ act: 'help' }] } : {}),
    });
  }

  async #press(incoming: Extract<Incoming, { kind: 'press' }>): Promise<Working> {
    const { id, by, place, value, label, responseUrl } = incoming;
    const { threads, journal, timeZone, whispers } = this.parts;
    const said = `↪ <@${by.user}>: *${escaped(label)}*`;
    const origin = { place, user: by.user, said, ...(responseUrl ? { responseUrl } : {}) };
    try {
      const act = await actOfValue(value, (name) => journal.recall(name), timeZone);
      return await this.#hand({ id, by, origin, talk: await threads.talkAt(place), acts: [act] });
    } catch (error) {
      if (!(error instanceof ChatReidError) || error.code !== 'REQUEST_INVALID') throw error;
      await whispers.tell(origin, error);
      return nothing;
    }
  }

  async #find(incoming: Extract<Incoming, { kind: 'find' }>): Promise<Working> {
    const { id, by, place, text, responseUrl } = incoming;
    const { whispers, me } = this.parts;
    const origin = { place, user: by.user, responseUrl };
    const words = writtenText(text, me.botUserId);
    if (/^help$/i.test(words)) {
      await whispers.say(origin, helpText.map(escaped).join('\n\n'), helpText.join('\n'));
      return nothing;
    }
    return this.#search(id, by, origin, words, []);
  }

  /** A command's words are seen by nobody: the thread of its answer hangs on a post that says who looks for whom. */
  async #search(
    id: string,
    by: Person,
    origin: Origin,
    words: string,
    acts: readonly Act[],
  ): Promise<Working> {
    const { threads } = this.parts;
    const asked = `:mag: <@${by.user}> is looking for: ${escaped(words)}`;
    const root = await this.#standing(`${id} root`, origin, cut(asked, messageLimits.sectionText), words);
    if (!root) return nothing;
    await threads.claim(root);
    return this.#hand({ id, by, origin: { ...origin, place: root }, talk: root, text: words, acts });
  }

  async #shortcut(incoming: Extract<Incoming, { kind: 'shortcut' }>): Promise<Working> {
    const { id, by, place, files, responseUrl } = incoming;
    const { threads } = this.parts;
    const said = `:mag: <@${by.user}> is looking for the person in this picture`;
    const origin = { place, user: by.user, said, responseUrl };
    if (files.length === 0) {
      await this.parts.whispers.tell(origin, noPicture());
      return nothing;
    }
    if (!(await this.#standing(id, origin, `${said} …`, 'Looking for the person in this picture')))
      return nothing;
    await threads.claim(place);
    const talk = await threads.talkAt(place);
    return this.#pictured.through(async () => {
      const fetched = await this.#fetched(id, talk, origin, files);
      if (!fetched) return this.#refusing(id);
      return this.#hand({ id, by, origin, talk, pictures: fetched.pictures });
    });
  }

  async #submitted(id: string, view: SubmittedView, by: Person): Promise<Working> {
    const acts = actsOfView(view);
    const place = view.place ?? { channel: by.user };
    if (view.kind === 'find') {
      return this.#search(id, by, { place: { channel: place.channel }, user: by.user }, view.words, acts);
    }
    const said = `↪ <@${by.user}>: *Filters*`;
    const talk = await this.parts.threads.talkAt(place);
    return this.#hand({ id, by, origin: { place, user: by.user, said }, talk, acts });
  }

  /** Edits are not read: what was answered was answered. Said once, to who edited. */
  async #edited({ id, ts, place, by }: Extract<Incoming, { kind: 'edited' }>): Promise<void> {
    const { poster, journal, whispers } = this.parts;
    if (!(await poster.knows(`${place.channel}/${ts}`)) || !(await journal.take(`hint ${id}`, {}))) return;
    const hint = 'Changes of a message are not read. Write what you want to change as a new message.';
    await whispers.say({ place, user: by.user }, hint, hint);
    await journal.finish(`hint ${id}`);
  }

  /** Posts what stands there until the answer comes; where the bot may not post, who asked is told why. */
  async #standing(
    id: string,
    origin: Origin,
    markup: string,
    text: string,
  ): Promise<Required<Place> | undefined> {
    try {
      return await this.parts.poster.begin(
        id,
        origin.place,
        markup,
        cut(escaped(text), messageLimits.text) || 'Looking',
      );
    } catch (error) {
      const known = asChatReidError(error, 'posting in Slack');
      if (known.code !== 'PLATFORM_REFUSED') throw known;
      this.parts.watch.trouble(known);
      await this.parts.whispers.tell(origin, known);
      return undefined;
    }
  }

  /** @returns undefined where none could be had: then the message is answered with the reason */
  async #fetched(
    id: string,
    talk: Place,
    origin: Origin,
    files: readonly SlackFile[],
  ): Promise<FetchedPictures | undefined> {
    const { files: fetching, poster, origins, whispers, watch } = this.parts;
    const fetched = await fetching.fetch(files);
    const [problem, ...others] = fetched.problems;
    if (!problem) return fetched;
    for (const one of fetched.problems) if (one.code.startsWith('PLATFORM_')) watch.trouble(one);
    if (fetched.pictures.length > 0) {
      for (const one of fetched.problems) await whispers.tell(origin, one);
      return fetched;
    }
    await origins.keep(id, origin);
    const conversation = conversationName(this.parts.me.team, talk);
    const notes = others.map(({ message, next }) => `${message} ${next}`);
    await poster.deliver(replyTo({ id, conversation }, 'final', { error: problem.report(), notes }));
    return undefined;
  }

  async #refusing(id: string): Promise<Working> {
    return { done: this.parts.origins.drop(id) };
  }

  async #hand({ id, by, origin, talk, text = '', acts, pictures = [] }: Handed): Promise<Working> {
    const { conversations, poster, origins, home, me, askers, now } = this.parts;
    const asker = await askers.of(by, origin.place.channel);
    await origins.keep(id, { ...origin, asker });
    const conversation = conversationName(me.team, talk);
    const message = {
      id,
      conversation,
      ...asker,
      at: now().toISOString(),
      text,
      attachments: pictures,
      ...(acts && acts.length > 0 ? { acts } : {}),
    };
    this.#running.set(id, conversation);
    const { accepted, done } = conversations.handle(message, (reply) => poster.deliver(reply));
    const answered = done.then(() => origins.drop(id)).finally(() => this.#running.delete(id));
    answered.catch(() => undefined);
    await accepted;
    await home.note(by, conversation);
    return { done: answered };
  }

  #isStranger({ team }: Person): boolean {
    return team !== this.parts.me.team && !this.parts.allowTeams.includes(team);
  }

  #refused({ team, user }: Person, why: RefusalReason): void {
    this.parts.refusals.add(userName(team, user), why);
  }

  async #refuseStranger(incoming: KeptIncoming | Incoming): Promise<Working> {
    if (!('by' in incoming)) return nothing;
    this.#refused(incoming.by, 'other workspace');
    const place = 'place' in incoming && incoming.place ? incoming.place : { channel: incoming.by.user };
    const responseUrl =
      'responseUrl' in incoming && incoming.responseUrl ? { responseUrl: incoming.responseUrl } : {};
    await this.parts.whispers.tell({ place, user: incoming.by.user, ...responseUrl }, stranger());
    return nothing;
  }
}

function noPicture(): ChatReidError {
  return new ChatReidError(
    'REQUEST_INVALID',
    'There is no picture in this message.',
    'Use it on a message with a picture, or describe the person with /find.',
  );
}

function stranger(): ChatReidError {
  return new ChatReidError(
    'REQUEST_REFUSED',
    'Only people of the workspace that this bot belongs to may search here.',
    'Ask whoever runs the bot to allow your workspace (allowTeams).',
  );
}
