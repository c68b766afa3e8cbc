/** People on the local Discord: they write, use commands and press buttons as their clients let them. */
import type { Attachment, Attachments, SentFile } from '../attachments.ts';
import type { Choice } from '../bodies/command.ts';
import { type Control, controls } from '../bodies/component.ts';
import { type Channel, isThread } from '../channel.ts';
import type { Clock } from '../clock.ts';
import type { Commands } from '../commands.ts';
import type { Events } from '../events.ts';
import { type Interaction, type Interactions, interactionType } from '../interactions.ts';
import { type Message, messageType, type User } from '../message.ts';
import type { Posts } from '../posts.ts';
import type { Threads } from '../threads.ts';
import { people as ids, type Person, type World } from '../world.ts';
import { type OptionValues, sendOptions } from './command-options.ts';
import { interactionPayload, type Locales, resolvedMember } from './interaction-payload.ts';

export interface Delivery {
  /** How often the bot gets it; once where it is not given. */
  readonly times?: number;
}

interface PeopleParts {
  readonly world: World;
  readonly clock: Clock;
  readonly events: Events;
  readonly posts: Posts;
  readonly threads: Threads;
  readonly interactions: Interactions;
  readonly commands: Commands;
  readonly attachments: Attachments;
  readonly uploadLimit: () => number;
}

export interface Said {
  readonly text?: string;
  readonly files?: readonly SentFile[];
  readonly replyTo?: Message;
  /** Join, pin and other messages of Discord itself: anything but 0 and 19. */
  readonly type?: number;
}

/** Fields of a modal by their label or custom id. */
export type Filled = Readonly<Record<string, string | readonly string[] | readonly SentFile[]>>;

export class People {
  locales: Locales = { user: 'en-GB', guild: 'en-US' };

  constructor(private readonly parts: PeopleParts) {}

  /** The direct conversation of somebody with the bot. */
  direct(who: Person): Channel {
    return this.parts.world.direct(ids[who]);
  }

  /** @param channel name or id of a channel, thread or direct conversation */
  async say(who: Person, channel: string, said: Said | string, delivery: Delivery = {}): Promise<Message> {
    const user = this.#user(who);
    const place = this.parts.world.channel(channel);
    const needed = isThread(place) ? 'sendMessagesInThreads' : 'sendMessages';
    if (!this.parts.world.may(user.id, place, needed))
      throw new Error(`${who} may not write in ${place.name}`);
    return this.#write(user, place, typeof said === 'string' ? { text: said } : said, {}, delivery);
  }

  /** A bot, or a webhook of somebody else. */
  async sayAs(user: User, channel: string, said: Said, { webhook = false } = {}): Promise<Message> {
    const { world } = this.parts;
    return this.#write(
      world.stranger(user),
      world.channel(channel),
      said,
      webhook ? { webhook: user.id } : {},
    );
  }

  edit(message: Message, text: string, { times = 1 }: Delivery = {}): void {
    message.content = text;
    message.edits += 1;
    message.editedAt = this.parts.clock.now();
    this.parts.events.byPeople(() => this.parts.events.messageUpdated(message), times);
  }

  remove(message: Message, { times = 1 }: Delivery = {}): void {
    message.here = false;
    for (const attachment of message.attachments) this.parts.attachments.remove(attachment);
    this.parts.events.byPeople(() => this.parts.events.messageDeleted(message), times);
  }

  openThread(who: Person, channel: string, name: string, from?: Message): Channel {
    const { threads, world } = this.parts;
    const place = world.channel(channel);
    return from === undefined
      ? threads.open(ids[who], place, name)
      : threads.fromMessage(ids[who], place, from.id, name);
  }

  /** @param command `find`, or with its subcommand: `gallery list` */
  async slash(
    who: Person,
    channel: string,
    command: string,
    values: OptionValues = {},
    delivery: Delivery = {},
  ): Promise<Interaction> {
    const interaction = this.#open(who, channel, interactionType.command, command.split(' ')[0]!);
    const { data } = await this.#command(interaction, command, values);
    this.#deliver(interaction, data, delivery);
    return interaction;
  }

  /** What is offered while somebody types; undefined where nothing came within three seconds. */
  async autocomplete(
    who: Person,
    channel: string,
    command: string,
    option: string,
    typed: string,
    others: OptionValues = {},
  ): Promise<readonly Choice[] | undefined> {
    const interaction = this.#open(who, channel, interactionType.autocomplete, command.split(' ')[0]!);
    const { data, known } = await this.#command(interaction, command, { ...others, [option]: typed }, option);
    if (!known.some(({ name, autocomplete }) => name === option && autocomplete))
      throw new Error(`"${option}" has no autocomplete`);
    this.#deliver(interaction, data);
    await interaction.acknowledged;
    return interaction.choices;
  }

  /** A command of the menu of a message. */
  context(who: Person, command: string, message: Message, delivery: Delivery = {}): Interaction {
    const { world, commands } = this.parts;
    const interaction = this.#open(who, message.channel, interactionType.command, command);
    const { id, guild } = commands.find(command, 3);
    this.#deliver(
      interaction,
      {
        id,
        name: command,
        type: 3,
        ...(guild !== undefined && { guild_id: guild }),
        target_id: message.id,
        resolved: { messages: { [message.id]: world.messagePayload(message) } },
      },
      delivery,
    );
    return interaction;
  }

  /** A command of the menu of a person. */
  contextUser(who: Person, channel: string, command: string, target: Person): Interaction {
    const { world, commands } = this.parts;
    const interaction = this.#open(who, channel, interactionType.command, command);
    const user = this.#user(target);
    this.#deliver(interaction, {
      id: commands.find(command, 2).id,
      name: command,
      type: 2,
      target_id: user.id,
      resolved: {
        users: { [user.id]: user },
        members: { [user.id]: resolvedMember(world, user.id, interaction.channel) },
      },
    });
    return interaction;
  }

  /** @param button its custom id, or its label where no other has it */
  press(who: Person, message: Message, button: string, delivery: Delivery = {}): Interaction {
    const control = findControl(message, button, 2);
    return this.#use(who, message, control, { component_type: 2 }, delivery);
  }

  /** @param select its custom id or placeholder. @param chosen values or labels of its options; ids of people, roles, channels */
  choose(
    who: Person,
    message: Message,
    select: string,
    chosen: readonly string[],
    delivery: Delivery = {},
  ): Interaction {
    const control = findControl(message, select, 3, 5, 6, 7, 8);
    return this.#use(
      who,
      message,
      control,
      { component_type: control.type, values: picked(control, chosen) },
      delivery,
    );
  }

  /** @param opened the interaction that the bot answered with a modal */
  async submitModal(opened: Interaction, filled: Filled, delivery: Delivery = {}): Promise<Interaction> {
    const { modal, source, user, channel } = opened;
    if (modal === undefined) throw new Error('The bot opened no modal');
    const interaction = this.parts.interactions.open({
      type: interactionType.modal,
      user,
      channel,
      name: modal.custom_id,
      ...(source !== undefined && { source }),
    });
    const files: Attachment[] = [];
    const left = new Set(Object.keys(filled));
    const submitted = async (control: Control, label: string | null | undefined): Promise<object> => {
      const key = [control.custom_id ?? '', label ?? ''].find((name) => left.delete(name));
      const value = key === undefined ? undefined : filled[key];
      return this.#field(control, value, channel, files);
    };
    const components: object[] = [];
    for (const part of modal.components) {
      if (part.type === 1) {
        const [input] = part.components;
        components.push({ type: 1, id: 1, components: [await submitted(input!, input!.label)] });
      } else if (part.type === 18) {
        components.push({ type: 18, id: 1, component: await submitted(part.component, part.label) });
      } else components.push({ type: 10, id: 1 });
    }
    if (left.size > 0) throw new Error(`The modal has no field ${[...left].join(', ')}`);
    this.#deliver(
      interaction,
      { custom_id: modal.custom_id, components, ...this.#resolvedFiles(files) },
      delivery,
    );
    return interaction;
  }

  async #field(
    control: Control,
    value: Filled[string] | undefined,
    channel: string,
    files: Attachment[],
  ): Promise<object> {
    const { custom_id, type } = control;
    if (type === 4) {
      const text = typeof value === 'string' ? value : (control.value ?? '');
      if (text === '' && control.required !== false) throw new Error(`"${custom_id}" is required`);
      if (text.length > (control.max_length ?? 4000)) throw new Error(`"${custom_id}" is too long`);
      return { type, id: 1, custom_id, value: text };
    }
    const list = value === undefined || typeof value === 'string' ? [] : value;
    const strings = list.filter((one): one is string => typeof one === 'string');
    if (type !== 19) return { type, id: 1, custom_id, values: picked(control, strings) };
    const kept = await Promise.all(
      list.flatMap((one) =>
        typeof one === 'string' ? [] : this.parts.attachments.keep(channel, one, { ephemeral: true }),
      ),
    );
    files.push(...kept);
    return { type, id: 1, custom_id, values: kept.map(({ id }) => id) };
  }

  #use(who: Person, message: Message, control: Control, data: object, delivery: Delivery): Interaction {
    const user = this.#user(who);
    if (!message.here) throw new Error('The message is gone, and so are its buttons');
    if (message.ephemeralFor !== undefined && message.ephemeralFor !== user.id)
      throw new Error(`${who} does not see this message`);
    if ('disabled' in control && control.disabled) throw new Error(`"${control.custom_id}" is disabled`);
    const interaction = this.#open(
      who,
      message.channel,
      interactionType.component,
      control.custom_id!,
      message,
    );
    this.#deliver(interaction, { id: 1, custom_id: control.custom_id, ...data }, delivery);
    return interaction;
  }

  async #command(interaction: Interaction, command: string, values: OptionValues, typing?: string) {
    const { world, commands, attachments } = this.parts;
    const [name, ...path] = command.split(' ');
    const { id, guild, body } = commands.find(name!, 1);
    const channel = world.channel(interaction.channel);
    const needed = BigInt(body.default_member_permissions ?? '0');
    const has = world.permissions(interaction.user.id, channel);
    if (channel.guild !== undefined && (has & needed) !== needed)
      throw new Error(`${interaction.user.username} is not offered /${name}`);
    const known = ('options' in body ? body.options : undefined) ?? [];
    const sent = await sendOptions(known, path, values, {
      attachments,
      channel: channel.id,
      ...(typing !== undefined && { typing }),
    });
    const leaf = path.reduce(
      (options, part) => options.find((one) => one.name === part)?.options ?? [],
      known,
    );
    const data = {
      id,
      name,
      type: 1,
      ...(guild !== undefined && { guild_id: guild }),
      ...(sent.options.length > 0 && { options: sent.options }),
      ...this.#resolvedFiles(sent.attachments),
    };
    return { data, known: leaf };
  }

  #resolvedFiles(files: readonly Attachment[]): object {
    if (files.length === 0) return {};
    const payloads = files.map((file) => [file.id, this.parts.attachments.payload(file)]);
    return { resolved: { attachments: Object.fromEntries(payloads) } };
  }

  #open(who: Person, channel: string, type: number, name: string, source?: Message): Interaction {
    return this.parts.interactions.open({
      type,
      user: this.#user(who),
      channel: this.parts.world.channel(channel).id,
      name,
      ...(source !== undefined && { source }),
    });
  }

  #deliver(interaction: Interaction, data: object, { times = 1 }: Delivery = {}): void {
    const { world, events, uploadLimit } = this.parts;
    const about = { locales: this.locales, uploadLimit: uploadLimit() };
    const payload = interactionPayload(world, interaction, data, about);
    const { guild } = world.channel(interaction.channel);
    events.byPeople(() => events.raw('INTERACTION_CREATE', payload, { guild }), times);
  }

  async #write(
    author: User,
    channel: Channel,
    { text = '', files = [], replyTo, type }: Said,
    extra: Partial<Message>,
    { times = 1 }: Delivery = {},
  ): Promise<Message> {
    const { clock, events, attachments } = this.parts;
    const id = clock.snowflake();
    const message: Message = {
      id,
      channel: channel.id,
      author,
      type: type ?? (replyTo === undefined ? messageType.plain : messageType.reply),
      at: clock.now(),
      content: text,
      embeds: [],
      components: [],
      attachments: await Promise.all(files.map((file) => attachments.keep(channel.id, file))),
      flags: 0,
      edits: 0,
      here: true,
      ...(replyTo !== undefined && { reference: replyTo.id }),
      ...extra,
    };
    channel.messages.push(message);
    channel.thread?.members.add(author.id);
    events.byPeople(() => events.messageCreated(message), times);
    return message;
  }

  #user(who: Person): User {
    return this.parts.world.user(ids[who])!;
  }
}

function findControl(message: Message, name: string, ...types: readonly number[]): Control {
  const usable = controls(message.components).filter(({ type }) => types.includes(type));
  const named = usable.filter(
    (control) =>
      control.custom_id === name || ('label' in control ? control.label : placeholder(control)) === name,
  );
  if (named.length === 1) return named[0]!;
  const there = usable.map(
    (control) => `${'label' in control ? control.label : 'select'} (${control.custom_id})`,
  );
  throw new Error(
    `${named.length === 0 ? 'Nothing' : 'More than one'} is called "${name}". There is: ${there.join(', ') || 'nothing'}`,
  );
}

function placeholder(control: Control): string | null | undefined {
  return 'placeholder' in control ? control.placeholder : undefined;
}

function picked(control: Control, chosen: readonly string[]): readonly string[] {
  if (control.type !== 3) return chosen;
  return chosen.map((one) => {
    const option = control.options.find(({ value, label }) => value === one || label === one);
    if (option === undefined)
      throw new Error(`"${one}" is no option: ${control.options.map(({ label }) => label).join(', ')}`);
    return option.value;
  });
}
