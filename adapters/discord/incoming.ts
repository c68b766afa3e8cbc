/** Events from Discord: kept, acknowledged, and put in the line of their channel. */
import { asChatReidError } from '../../src/foundation/error.ts';
import type { AdapterWatch } from '../adapter.ts';
import type { Journal, TakenEvent } from '../journal.ts';
import { Lanes } from '../lanes.ts';
import type { Refusals } from '../refusal.ts';
import type { Answering } from './answering.ts';
import type { Askers } from './askers.ts';
import { asPlatformError, isDead, refusalOf, refusals } from './api-error.ts';
import type { Completion } from './completion.ts';
import type { DiscordApi } from './discord-api.ts';
import { escaped } from './markdown.ts';
import {
  callbackTypes,
  type DiscordInteraction,
  type DiscordMessage,
  ephemeral,
  interactionSchema,
  interactionTypes,
  messageSchema,
  userOf,
} from './payloads.ts';
import { discordUser } from './places.ts';
import { type Permitting, type Refused, refusalFor } from './permission.ts';
import { type Plan, type PlanParts, planOf } from './plan.ts';
import { nobody } from './reply-payload.ts';
import { type Taken, takenOf } from './taken.ts';
import { Urgency } from './urgency.ts';

export interface IncomingParts {
  readonly api: DiscordApi;
  readonly journal: Journal;
  readonly planning: PlanParts;
  readonly permitting: Permitting;
  readonly askers: Askers;
  readonly refusals: Refusals;
  readonly completion: Completion;
  readonly answering: Answering;
  readonly bot: string;
  readonly watch: AdapterWatch;
}

/** What people write themselves: a message, or a reply to one. */
const written: ReadonlySet<number> = new Set([0, 19]);

type Work = (() => Promise<void>) | undefined;

export class Incoming {
  readonly #lanes = new Lanes();
  readonly #urgency = new Urgency();
  readonly #running = new Set<Promise<void>>();

  constructor(private readonly parts: IncomingParts) {}

  /** Resolves when the event is safe and acknowledged, or none of ours. @throws ChatReidError STORAGE_*, STATE_UNREACHABLE */
  async event(name: string, data: unknown): Promise<void> {
    const arrived = performance.now();
    if (name === 'MESSAGE_CREATE') {
      const message = messageSchema.safeParse(data).data;
      if (message) await this.#join(message.channel_id, this.#message(message, arrived));
    }
    if (name === 'INTERACTION_CREATE') {
      const interaction = interactionSchema.safeParse(data).data;
      if (!interaction) return;
      const ready = this.#urgency.first(() => this.#interaction(interaction, arrived));
      await this.#join(interaction.channel_id, ready);
    }
  }

  /** What an earlier process took in and did not finish. */
  async again({ id, event }: TakenEvent): Promise<void> {
    const taken = takenOf(event);
    if (!taken) {
      this.parts.answering.drop(id);
      return this.parts.journal.finish(id);
    }
    await this.#join(taken.data.channel_id, this.#work(taken));
  }

  /** Resolves when everything that came is taken in; searches may still run. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  async #join(channel: string, ready: Promise<Work>): Promise<void> {
    // The work deals with its own failures; one that could not be taken in is told to whoever waits for `ready`.
    const done = this.#lanes.run(channel, async () => (await ready)?.()).catch(() => undefined);
    this.#running.add(done);
    void done.then(() => this.#running.delete(done));
    await ready;
  }

  async #message(told: DiscordMessage, arrived: number): Promise<Work> {
    const concerns = await this.#concerns(told);
    if (!concerns) return undefined;
    const message = await this.#withMember(told);
    if (await this.#refused(message.author.id, message)) return undefined;
    const taken: Taken = { kind: 'message', data: message, opens: concerns === 'opens' };
    if (!(await this.parts.journal.take(message.id, taken))) return undefined;
    // A sign that it was heard; nobody waits for it.
    this.parts.api.typing(message.channel_id).then(
      () => this.parts.watch.acknowledged(performance.now() - arrived),
      () => undefined,
    );
    return this.#work(taken);
  }

  /** Direct messages, what is written in a search's thread, and whatever calls the bot by its name. */
  async #concerns(message: DiscordMessage): Promise<'goes on' | 'opens' | undefined> {
    const { author, webhook_id, type, guild_id, channel_id, content, attachments, mentions } = message;
    const called = mentions.some(({ id }) => id === this.parts.bot);
    if (author.bot || webhook_id !== undefined) {
      // Its own answers name it now and then.
      if (called && author.id !== this.parts.bot) this.parts.refusals.add(discordUser(author.id), 'a bot');
      return undefined;
    }
    if (!written.has(type)) return undefined;
    const says = content.trim() !== '' || attachments.length > 0;
    if (guild_id === undefined) return says ? 'goes on' : undefined;
    // Without the intent the words of others come as none at all.
    if (says && (await this.parts.planning.places.isSearch(channel_id))) return 'goes on';
    return called ? 'opens' : undefined;
  }

  /** A message that was fetched, and not told, comes without its writer's roles. */
  async #withMember(message: DiscordMessage): Promise<DiscordMessage> {
    const { author, member, guild_id: guild } = message;
    const { permitting, askers, api } = this.parts;
    if (guild === undefined || member) return message;
    const matter = (permitting.roles ?? permitting.mayUse) !== undefined || askers.counts(guild);
    const roles = matter ? await api.rolesOf(guild, author.id).catch(() => undefined) : undefined;
    return roles ? { ...message, member: { roles: [...roles] } } : message;
  }

  async #refused(
    user: string,
    {
      guild_id: guild,
      channel_id: channel,
      member,
    }: Pick<DiscordMessage, 'guild_id' | 'channel_id' | 'member'>,
  ): Promise<Refused | undefined> {
    const roles = member?.roles ?? [];
    const asker = { user, roles, channel, ...(guild === undefined ? {} : { guild }) };
    const refused = await refusalFor(asker, this.parts.permitting);
    if (refused) this.parts.refusals.add(discordUser(user), refused.why);
    return refused;
  }

  async #interaction(interaction: DiscordInteraction, arrived: number): Promise<Work> {
    const user = userOf(interaction);
    if (user === undefined) return undefined;
    const refused = await this.#refused(user, interaction);
    if (interaction.type === interactionTypes.autocomplete) {
      await this.#complete(interaction, refused !== undefined);
      return undefined;
    }
    if (interaction.type !== interactionTypes.command && interaction.type !== interactionTypes.component) {
      return undefined;
    }
    if (refused) return this.#refuse(interaction, refused.sentence);
    let plan: Plan;
    try {
      plan = await planOf(interaction, this.parts.planning);
    } catch (error) {
      const { message, next } = asChatReidError(error, 'reading what was asked');
      return this.#refuse(interaction, `${message} ${next}`);
    }
    const taken: Taken = { kind: 'interaction', data: interaction, plan };
    if (!(await this.parts.journal.take(interaction.id, taken))) return undefined;
    return this.#work(taken, arrived);
  }

  async #work(taken: Taken, arrived?: number): Promise<Work> {
    const { answering } = this.parts;
    const { id } = taken.data;
    answering.expect(id);
    if (taken.kind === 'message') {
      return () => this.#attempt(id, () => answering.message(taken.data, taken.opens));
    }
    const { data, plan } = taken;
    const original = await this.#acknowledge(data, plan, arrived);
    return () => this.#attempt(id, () => answering.interaction(data, plan, original));
  }

  /** What fails here is the disk, or Discord: the event stays in the journal, and the next process takes it up. */
  async #attempt(id: string, work: () => Promise<void>): Promise<void> {
    try {
      await this.#urgency.calm();
      await work();
    } catch (error) {
      this.parts.answering.drop(id);
      this.parts.watch.trouble(asChatReidError(error, 'answering what was taken in'));
    }
  }

  /** @returns id of the message that says that the bot is thinking, where there is one and Discord told it */
  async #acknowledge(
    interaction: DiscordInteraction,
    plan: Plan,
    arrived?: number,
  ): Promise<string | undefined> {
    const { api, journal, watch } = this.parts;
    const fact = `acknowledged/${interaction.id}`;
    const silent = plan.kind === 'go on' && plan.elsewhere;
    const hidden = plan.kind === 'tell' || plan.kind === 'forget' || plan.hidden;
    const kept = arrived === undefined ? await journal.recall(fact) : undefined;
    if (kept !== undefined) return typeof kept === 'string' ? kept : undefined;
    let original: string | undefined;
    try {
      original = await api.acknowledge(
        interaction,
        silent
          ? { type: callbackTypes.deferredUpdate }
          : { type: callbackTypes.deferred, data: hidden ? { flags: ephemeral } : {} },
      );
      if (arrived !== undefined) watch.acknowledged(performance.now() - arrived);
    } catch (error) {
      const code = refusalOf(error);
      // Acknowledged before, by a call whose answer was lost; or too late, and then the answer is a message of its own.
      if (code === refusals.alreadyAcknowledged && !silent) {
        const { application_id, token } = interaction;
        return (await api.original(application_id, token).catch(() => undefined))?.id;
      }
      if (!isDead(error) && code !== refusals.alreadyAcknowledged) {
        watch.trouble(asPlatformError(error, 'acknowledging a command'));
      }
      return undefined;
    }
    const thinking = silent ? undefined : original;
    await journal.remember(fact, thinking ?? true);
    return thinking;
  }

  async #refuse(interaction: DiscordInteraction, sentence: string): Promise<undefined> {
    await this.#answerAtOnce(interaction, {
      type: callbackTypes.message,
      data: { content: escaped(sentence).slice(0, 1900), flags: ephemeral, allowed_mentions: nobody },
    });
  }

  async #complete(interaction: DiscordInteraction, refused: boolean): Promise<void> {
    const { completion, askers, watch } = this.parts;
    try {
      const choices = refused ? [] : await completion.choices(interaction, askers.ofInteraction(interaction));
      await this.#answerAtOnce(interaction, { type: callbackTypes.choices, data: { choices } });
    } catch (error) {
      watch.trouble(asChatReidError(error, 'completing what is typed'));
    }
  }

  /** What is told again by Discord was answered; what comes too late helps nobody. */
  async #answerAtOnce(interaction: DiscordInteraction, body: { type: number; data: object }): Promise<void> {
    try {
      await this.parts.api.acknowledge(interaction, body);
    } catch (error) {
      if (isDead(error) || refusalOf(error) === refusals.alreadyAcknowledged) return;
      this.parts.watch.trouble(asPlatformError(error, 'answering a command'));
    }
  }
}
