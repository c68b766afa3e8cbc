/** Interactions and their tokens: what was acknowledged when, what was answered, and when it is too late. */
import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import { invalidForm, parseForm, refusals } from './api-error.ts';
import { autocompleteBody, type Choice } from './bodies/command.ts';
import { type ModalBody, modalBody } from './bodies/component.ts';
import { flag } from './bodies/message.ts';
import type { Clock } from './clock.ts';
import { limits } from './limits.ts';
import { type Message, messageType, type User } from './message.ts';
import type { Files, PostOptions, Posts } from './posts.ts';
import { botId, type World } from './world.ts';

export const interactionType = { command: 2, component: 3, autocomplete: 4, modal: 5 } as const;
export const callbackType = {
  reply: 4,
  defer: 5,
  deferUpdate: 6,
  update: 7,
  autocomplete: 8,
  modal: 9,
} as const;

export interface Acknowledged {
  readonly type: number;
  /** Milliseconds from the first delivery to the acknowledgement. */
  readonly latencyMs: number;
}

export interface Interaction {
  readonly id: string;
  readonly token: string;
  readonly type: number;
  readonly user: User;
  readonly channel: string;
  /** Of a command its name, of a component or a modal its custom id. */
  readonly name: string;
  /** On the clock of this Discord. */
  readonly at: number;
  readonly deliveredAt: number;
  /** The message whose component was used. */
  readonly source?: Message;
  /** Resolves when the bot acknowledges; undefined where it did not in time. */
  readonly acknowledged: Promise<Acknowledged | undefined>;
  ack?: Acknowledged;
  /** The answer, also while it is "thinking"; of a component the message that it is on. */
  original?: Message;
  readonly followups: Message[];
  choices?: readonly Choice[];
  modal?: ModalBody;
}

type Opened = Pick<Interaction, 'type' | 'user' | 'channel' | 'name'> & {
  readonly source?: Message;
  readonly token?: string;
};

interface Kept extends Interaction {
  settle(ack: Acknowledged | undefined): void;
}

const callbackBody = z.object({ type: z.int().min(1).max(12), data: z.unknown().optional() });
const deferral = z.object({ flags: z.int().optional() }).nullish();

/** What each kind of interaction may be answered with. */
const allowed: Readonly<Record<number, readonly number[]>> = {
  [interactionType.command]: [callbackType.reply, callbackType.defer, callbackType.modal],
  [interactionType.component]: [4, 5, 6, 7, 9],
  [interactionType.autocomplete]: [callbackType.autocomplete],
  [interactionType.modal]: [4, 5, 6, 7],
};

export class Interactions {
  readonly all: Interaction[] = [];
  readonly #byId = new Map<string, Kept>();

  constructor(
    private readonly clock: Clock,
    private readonly world: World,
    private readonly posts: Posts,
    /** Milliseconds in which an interaction must be acknowledged. */
    private readonly patience: number,
  ) {}

  /** @param token one of its own where it is not given */
  open({ token, ...about }: Opened): Interaction {
    let settle = (_: Acknowledged | undefined) => {};
    const acknowledged = new Promise<Acknowledged | undefined>((resolve) => {
      settle = resolve;
    });
    const id = this.clock.snowflake();
    const deadline = setTimeout(() => settle(undefined), this.patience);
    deadline.unref();
    const interaction: Kept = {
      ...about,
      id,
      token: token ?? Buffer.from(`interaction:${id}:${Math.random()}`).toString('base64url'),
      at: this.clock.now(),
      deliveredAt: performance.now(),
      acknowledged,
      followups: [],
      settle: (ack) => {
        clearTimeout(deadline);
        settle(ack);
      },
    };
    this.all.push(interaction);
    this.#byId.set(id, interaction);
    return interaction;
  }

  /** POST /interactions/:id/:token/callback. @throws ApiError 10062, 40060, 50035 */
  async callback(id: string, token: string, raw: unknown, files: Files): Promise<Interaction> {
    const interaction = this.#byId.get(id);
    if (interaction === undefined || interaction.token !== token) throw refusals.unknownInteraction();
    if (interaction.ack !== undefined) throw refusals.acknowledged();
    if (this.clock.now() - interaction.at > this.patience) throw refusals.unknownInteraction();
    const { type, data } = parseForm(callbackBody, raw);
    const fromMessage = interaction.source !== undefined;
    const needsMessage = type === callbackType.deferUpdate || type === callbackType.update;
    if (!allowed[interaction.type]?.includes(type) || (needsMessage && !fromMessage))
      throw invalidForm([
        { path: ['type'], code: 'BASE_TYPE_CHOICES', message: 'This interaction takes no such response' },
      ]);
    const ack = { type, latencyMs: performance.now() - interaction.deliveredAt };
    // Before anything is awaited: a second callback on its heels is refused.
    interaction.ack = ack;
    try {
      await this.#respond(interaction, type, data, files);
    } catch (error) {
      delete interaction.ack;
      throw error;
    }
    interaction.settle(ack);
    return interaction;
  }

  /** By the token of a webhook call. @throws ApiError 50027 where it has expired, 10015 before it was acknowledged */
  byToken(application: string, token: string): Interaction {
    const interaction = this.all.find((one) => one.token === token);
    if (application !== botId || interaction === undefined) throw refusals.unknownWebhook();
    if (this.clock.now() - interaction.at > limits.token) throw refusals.invalidWebhookToken();
    if (interaction.ack === undefined || interaction.choices !== undefined) throw refusals.unknownWebhook();
    return interaction;
  }

  /** @param which `@original` or an id. @throws ApiError 10008 */
  message(interaction: Interaction, which: string): Message {
    const { original, followups, source } = interaction;
    const found =
      which === '@original' ? original : [original, source, ...followups].find((one) => one?.id === which);
    if (!found?.here) throw refusals.unknownMessage();
    return found;
  }

  /** A follow-up; the first one after a deferral takes the place of "thinking". */
  async followUp(interaction: Interaction, raw: unknown, files: Files): Promise<Message> {
    const { original } = interaction;
    if (original?.here && (original.flags & flag.loading) !== 0) return this.posts.edit(original, raw, files);
    const message = await this.#post(interaction, raw, files, original?.id);
    interaction.followups.push(message);
    return message;
  }

  async #respond(interaction: Interaction, type: number, data: unknown, files: Files): Promise<void> {
    const { source } = interaction;
    const channel = this.world.channel(interaction.channel);
    if (type === callbackType.defer) {
      const { flags = 0 } = parseForm(deferral, data) ?? {};
      interaction.original = this.posts.defer(channel, this.#options(interaction, flags, source?.id));
    } else if (type === callbackType.reply) {
      interaction.original = await this.#post(interaction, data, files, source?.id);
    } else if (type === callbackType.update) {
      interaction.original = await this.posts.edit(source!, data ?? {}, files);
    } else if (type === callbackType.deferUpdate) {
      interaction.original = source!;
    } else if (type === callbackType.autocomplete) {
      interaction.choices = parseForm(autocompleteBody, data).choices;
    } else {
      interaction.modal = parseForm(modalBody, data);
    }
  }

  async #post(
    interaction: Interaction,
    raw: unknown,
    files: Files,
    reference: string | undefined,
  ): Promise<Message> {
    const flags: unknown = typeof raw === 'object' && raw !== null && 'flags' in raw ? raw.flags : 0;
    const channel = this.world.channel(interaction.channel);
    const options = this.#options(interaction, typeof flags === 'number' ? flags : 0, reference);
    return this.posts.create(channel, raw, files, options);
  }

  #options({ id, type, name, user }: Interaction, flags: number, reference: string | undefined): PostOptions {
    return {
      type: reference === undefined ? messageType.slash : messageType.reply,
      webhook: botId,
      flags,
      interaction: { id, type, user, ...(type === interactionType.command && { name }) },
      ...(reference !== undefined && { reference }),
      ...((flags & flag.ephemeral) !== 0 && { ephemeralFor: user.id }),
    };
  }
}
