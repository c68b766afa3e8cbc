/** The commands that people type and the entries of a message's menu, as Discord registers them. */
import {
  ApplicationCommandOptionType as Type,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
} from 'discord.js';

export const findMenu = 'Find this person';
export const queryMenu = 'Use as query';

export interface CommandOption {
  readonly name: string;
  readonly description: string;
  readonly type: Type;
  readonly required?: boolean;
  readonly autocomplete?: boolean;
  readonly min_value?: number;
}

export interface Command {
  readonly name: string;
  readonly description: string;
  readonly type: ApplicationCommandType;
  readonly options?: readonly CommandOption[];
  readonly contexts: readonly number[];
  readonly integration_types: readonly number[];
}

const photo = option('photo', 'A picture of the person', Type.Attachment);
const second = option('second', 'One more picture of the same person', Type.Attachment);
const words = option('words', 'What the person looks like, or anything you would write', Type.String);
const camera = completed('camera', 'Only this camera; several with commas');
const place = completed('place', 'Only this place');
const after = option('after', 'From then on: "Tuesday 14:00", "2026-05-12"', Type.String);
const before = option('before', 'Up to then: "Tuesday 18:00", "yesterday"', Type.String);
const gallery = completed('gallery', 'Which gallery is searched');

export const commands: readonly Command[] = [
  slash('find', 'Look for a person: by a photo, by words, or both', [
    photo,
    second,
    words,
    camera,
    place,
    after,
    before,
    gallery,
    option('private', 'Only you see the answers', Type.Boolean),
  ]),
  slash('refine', 'Go on with the search of this thread, or with your latest one here', [
    words,
    photo,
    number('use', 'Number of the candidate to search with'),
    number('not', 'Number of a candidate that it is not'),
    number('why', 'Number of the candidate to explain'),
    camera,
    place,
    after,
    before,
    gallery,
  ]),
  slash('register', 'Keep pictures in the gallery', [
    { ...photo, description: 'A picture to keep', required: true },
    { ...second, description: 'One more picture of the same person' },
    completed('camera', 'The camera that took it'),
    completed('place', 'Where it was taken'),
    option('time', 'When it was taken: "2026-05-12 14:05"', Type.String),
    option('person', 'Whom it shows, where that is known', Type.String),
    completed('gallery', 'The gallery that keeps it'),
  ]),
  slash('gallery', 'The galleries, their cameras and places', [completed('name', 'Only this one')]),
  slash('status', 'What is running here', []),
  slash('forget', 'Remove this talk and what the bot posted in it, or one picture', [
    number('candidate', 'Number of a candidate: its picture is removed from the gallery, for good'),
    option('photo', 'A picture that is removed from gallery and talk', Type.Attachment),
  ]),
  slash('help', 'What can be asked', []),
  onMessage(findMenu),
  onMessage(queryMenu),
];

function slash(name: string, description: string, options: readonly CommandOption[]): Command {
  return { name, description, type: ApplicationCommandType.ChatInput, options, ...everywhere() };
}

function onMessage(name: string): Command {
  return { name, description: '', type: ApplicationCommandType.Message, ...everywhere() };
}

/** In guilds and in direct messages with the bot, which is installed in a guild and not for one person. */
function everywhere() {
  return {
    contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
    integration_types: [ApplicationIntegrationType.GuildInstall],
  };
}

function option(name: string, description: string, type: Type): CommandOption {
  return { name, description, type };
}

function completed(name: string, description: string): CommandOption {
  return { name, description, type: Type.String, autocomplete: true };
}

function number(name: string, description: string): CommandOption {
  return { name, description, type: Type.Integer, min_value: 1 };
}
