/** What an event asks for, before anything is done: which talk, which words and acts, and how the answer is shown. */
import type { Act } from '../../src/conversation/act.ts';
import { ChatReidError } from '../../src/foundation/error.ts';
import { parseMoment } from '../../src/conversation/moment.ts';
import type { ActCodes } from './act-code.ts';
import { findMenu, queryMenu } from './commands.ts';
import { discordLimits } from './limits.ts';
import {
  commandTypes,
  type DiscordAttachment,
  type DiscordInteraction,
  ephemeral,
  interactionTypes,
  isThreadType,
  userOf,
} from './payloads.ts';
import type { Place } from './places.ts';
import type { TalkPlaces } from './talk-places.ts';

export interface Asked {
  readonly text: string;
  readonly attachments: readonly DiscordAttachment[];
  readonly acts: readonly Act[];
}

export type Plan =
  /** A new search, in a thread of its own where there can be one. */
  | { readonly kind: 'find'; readonly hidden: boolean; readonly asked: Asked }
  /** One more message of a talk. `elsewhere`: the answer is posted in the talk's own thread. */
  | {
      readonly kind: 'go on';
      readonly hidden: boolean;
      readonly elsewhere: boolean;
      readonly place: Place;
      readonly asked: Asked;
    }
  | { readonly kind: 'tell'; readonly what: 'gallery' | 'status' | 'help'; readonly only?: string }
  | { readonly kind: 'forget'; readonly place: Place };

export interface PlanParts {
  readonly codes: ActCodes;
  readonly places: TalkPlaces;
  readonly timeZone: string;
  readonly now: () => Date;
}

/** Channels under whose messages a thread can be opened. */
const threadable: ReadonlySet<number> = new Set([0, 5]);

export function isThread(interaction: DiscordInteraction): boolean {
  return isThreadType(interaction.channel?.type);
}

export function canOpenThread(interaction: DiscordInteraction): boolean {
  return interaction.guild_id !== undefined && threadable.has(interaction.channel?.type ?? -1);
}

/** @throws ChatReidError what was asked cannot be understood: a sentence for who asked */
export async function planOf(interaction: DiscordInteraction, parts: PlanParts): Promise<Plan> {
  if (interaction.type === interactionTypes.component) return pressed(interaction, parts);
  if (interaction.data.type === commandTypes.message) return fromMenu(interaction, parts);
  return typed(interaction, parts);
}

async function typed(interaction: DiscordInteraction, parts: PlanParts): Promise<Plan> {
  const options = new Options(interaction);
  const { name = '' } = interaction.data;
  switch (name) {
    case 'find': {
      const asked = {
        text: options.text('words') ?? '',
        attachments: options.pictures('photo', 'second'),
        acts: constraints(options, parts),
      };
      if (asked.text.trim() === '' && asked.attachments.length === 0 && asked.acts.length === 0)
        throw nothing();
      // In a direct message nobody else sees anything.
      const hidden = options.flag('private') && interaction.guild_id !== undefined;
      return { kind: 'find', hidden, asked };
    }
    case 'refine': {
      const acts: Act[] = [
        ...constraints(options, parts),
        ...options.numbers('not').map((rank): Act => ({ act: 'exclude', pictures: [{ rank }] })),
        ...options.numbers('use').map((rank): Act => ({ act: 'choose', picture: { rank } })),
        ...options.numbers('why').map((rank): Act => ({ act: 'why', picture: { rank } })),
      ];
      const asked = { text: options.text('words') ?? '', attachments: options.pictures('photo'), acts };
      if (asked.text.trim() === '' && asked.attachments.length === 0 && acts.length === 0) throw nothing();
      return goOn(interaction, parts, asked);
    }
    case 'register':
      return goOn(interaction, parts, registering(options, parts));
    case 'forget': {
      const attachments = options.pictures('photo');
      const pictures = [
        ...options.numbers('candidate').map((rank) => ({ rank })),
        ...attachments.map((_, attachment) => ({ attachment })),
      ];
      if (pictures.length > 0) {
        return goOn(interaction, parts, { text: '', attachments, acts: [{ act: 'forget', pictures }] });
      }
      return { kind: 'forget', place: await placeFor(interaction, parts.places) };
    }
    case 'gallery': {
      const only = options.text('name');
      return { kind: 'tell', what: name, ...(only === undefined ? {} : { only }) };
    }
    case 'status':
    case 'help':
      return { kind: 'tell', what: name };
    default:
      throw unknown(`The command ${name} is not known any more.`);
  }
}

async function fromMenu(interaction: DiscordInteraction, parts: PlanParts): Promise<Plan> {
  const { name, target_id, resolved } = interaction.data;
  const sent = own(resolved.messages, target_id ?? '')?.attachments ?? [];
  const attachments = sent.filter(isPicture);
  if (attachments.length === 0) {
    throw new ChatReidError(
      'REQUEST_INVALID',
      'There is no picture in that message.',
      'Choose a message with a picture of the person.',
    );
  }
  if (name === findMenu) {
    return { kind: 'find', hidden: false, asked: { text: '', attachments, acts: [] } };
  }
  if (name !== queryMenu) throw unknown('This entry of the menu is not known any more.');
  const pictures = attachments.map((_, attachment) => ({ attachment }));
  return goOn(interaction, parts, { text: '', attachments, acts: [{ act: 'show', pictures }] });
}

async function pressed(interaction: DiscordInteraction, { codes, places }: PlanParts): Promise<Plan> {
  const { custom_id = '', values } = interaction.data;
  const ids = values.length > 0 ? values : [custom_id];
  const known = await Promise.all(ids.map((id) => codes.decode(id)));
  const acts = together(known.filter((act) => act !== undefined));
  if (acts.length === 0) throw unknown('This button is too old.');
  const { guild_id: guild, channel_id: channel, message } = interaction;
  const user = userOf(interaction);
  const hidden = ((message?.flags ?? 0) & ephemeral) !== 0;
  const own =
    message && ((await places.ofPost(message.id)) ?? (await threadUnder(message.id, guild, places)));
  const here: Place = {
    ...(guild === undefined ? {} : { guild }),
    channel,
    ...(hidden && user !== undefined ? { user } : {}),
  };
  const place = own ?? here;
  const asked = { text: '', attachments: [], acts };
  if (place.user === undefined) {
    return { kind: 'go on', hidden, elsewhere: place.channel !== channel, place, asked };
  }
  // Its late answers stand in a direct message, where nothing is marked as hidden: they stay there all the same.
  if (place.user !== user) throw unknown("This search is somebody else's.");
  return { kind: 'go on', hidden: true, elsewhere: false, place, asked };
}

/** A search's first answer stands in the channel, and its thread has the same id. */
async function threadUnder(
  message: string,
  guild: string | undefined,
  places: TalkPlaces,
): Promise<Place | undefined> {
  return guild !== undefined && (await places.isSearch(message)) ? { guild, channel: message } : undefined;
}

/** Several candidates that were marked in one menu are ruled out by one act. */
function together(acts: readonly Act[]): Act[] {
  const excluded = acts.flatMap((act) => (act.act === 'exclude' ? act.pictures : []));
  const others = acts.filter(({ act }) => act !== 'exclude');
  return [...(excluded.length > 0 ? [{ act: 'exclude' as const, pictures: excluded }] : []), ...others];
}

async function goOn(interaction: DiscordInteraction, { places }: PlanParts, asked: Asked): Promise<Plan> {
  const place = await placeFor(interaction, places);
  return { kind: 'go on', hidden: place.user !== undefined, elsewhere: false, place, asked };
}

/** The talk of this thread or direct message; in any other channel what this person searched last from it. */
async function placeFor(interaction: DiscordInteraction, places: TalkPlaces): Promise<Place> {
  const { guild_id: guild, channel_id: channel } = interaction;
  if (guild === undefined) return { channel };
  const user = userOf(interaction);
  const here: Place = { guild, channel };
  if (isThread(interaction) || user === undefined) return here;
  return (await places.latest(channel, user)) ?? here;
}

function registering(options: Options, parts: PlanParts): Asked {
  const attachments = options.pictures('photo', 'second');
  if (attachments.length === 0) throw nothing();
  const gallery = options.text('gallery');
  const [camera, place, person] = [options.text('camera'), options.text('place'), options.text('person')];
  const time = options.text('time');
  return {
    text: '',
    attachments,
    acts: [
      ...(gallery === undefined ? [] : [{ act: 'constrain' as const, gallery }]),
      {
        act: 'register',
        pictures: attachments.map((_, attachment) => ({ attachment })),
        ...(camera === undefined ? {} : { camera }),
        ...(place === undefined ? {} : { place }),
        ...(person === undefined ? {} : { person }),
        ...(time === undefined ? {} : { time: momentOf('time', time, 'start', parts) }),
      },
    ],
  };
}

function constraints(options: Options, parts: PlanParts): Act[] {
  const [camera, place, gallery] = [options.text('camera'), options.text('place'), options.text('gallery')];
  const [after, before] = [options.text('after'), options.text('before')];
  const act = {
    ...(camera === undefined ? {} : { cameras: listed(camera) }),
    ...(place === undefined ? {} : { places: [place] }),
    ...(after === undefined ? {} : { after: momentOf('after', after, 'start', parts) }),
    ...(before === undefined ? {} : { before: momentOf('before', before, 'end', parts) }),
    ...(gallery === undefined ? {} : { gallery }),
  };
  return Object.keys(act).length === 0 ? [] : [{ act: 'constrain', ...act }];
}

function momentOf(name: string, text: string, edge: 'start' | 'end', { timeZone, now }: PlanParts): string {
  return parseMoment(text, { name, edge, timeZone, now: now() }).toISOString();
}

/** `2, 4`; and `camera 3` is camera 3. */
function listed(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim().replace(/^camera\s+/i, ''))
    .filter((name) => name !== '');
}

function isPicture({ content_type, filename }: DiscordAttachment): boolean {
  return content_type
    ? content_type.startsWith('image/')
    : /\.(?:jpe?g|png|webp|gif|bmp|tiff?|avif|heic)$/i.test(filename);
}

class Options {
  constructor(private readonly interaction: DiscordInteraction) {}

  text(name: string): string | undefined {
    const value = this.#value(name);
    const text = typeof value === 'string' ? value.trim() : '';
    return text === '' ? undefined : text.slice(0, discordLimits.content * 3);
  }

  flag(name: string): boolean {
    return this.#value(name) === true;
  }

  /** None or one. */
  numbers(name: string): number[] {
    const value = this.#value(name);
    return typeof value === 'number' && Number.isInteger(value) && value > 0 ? [value] : [];
  }

  pictures(...names: string[]): DiscordAttachment[] {
    const { attachments } = this.interaction.data.resolved;
    return names.flatMap((name) => own(attachments, String(this.#value(name))) ?? []);
  }

  #value(name: string) {
    return this.interaction.data.options.find((option) => option.name === name)?.value;
  }
}

/** What an object has by itself: `constructor` is a name that everybody may send. */
function own<Value>(values: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function nothing(): ChatReidError {
  return new ChatReidError(
    'REQUEST_INVALID',
    'There is nothing in that to search with.',
    'Give a photo, words, or both.',
  );
}

function unknown(what: string): ChatReidError {
  return new ChatReidError('REQUEST_INVALID', what, 'Say it with /refine, or begin anew with /find.');
}
