/** The commands of the application, global and of the guild, as they are registered. */
import { isDeepStrictEqual } from 'node:util';
import { refusals } from './api-error.ts';
import type { CommandBody, OptionBody } from './bodies/command.ts';
import type { Clock } from './clock.ts';
import { botId } from './world.ts';

export interface Command {
  readonly id: string;
  /** Undefined: everywhere. */
  readonly guild?: string;
  /** Changes when the command does. */
  version: string;
  body: CommandBody;
}

export class Commands {
  #all: Command[] = [];
  /** How often the whole list was written. */
  writes = 0;

  constructor(private readonly clock: Clock) {}

  list(guild?: string): readonly Command[] {
    return this.#all.filter((one) => one.guild === guild);
  }

  /** As people see it: the guild's own hides the global one. @param type 1 slash, 2 of a user, 3 of a message */
  find(name: string, type: number): Command {
    const named = this.#all.filter(({ body }) => body.name === name && body.type === type);
    const found = named.find(({ guild }) => guild !== undefined) ?? named[0];
    if (found !== undefined) return found;
    const known = this.#all.map(({ body }) => body.name).join(', ');
    throw new Error(`Nobody can use "${name}": it is not registered. Registered: ${known || 'nothing'}`);
  }

  /** Takes the place of all of them; what has the same name keeps its id. */
  overwrite(bodies: readonly CommandBody[], guild?: string): readonly Command[] {
    this.writes += 1;
    const before = this.list(guild);
    const after = bodies.map((body) => {
      const same = before.find((one) => one.body.name === body.name && one.body.type === body.type);
      return same === undefined ? this.#new(body, guild) : this.#change(same, body);
    });
    this.#all = [...this.#all.filter((one) => one.guild !== guild), ...after];
    return after;
  }

  upsert(body: CommandBody, guild?: string): Command {
    this.writes += 1;
    const same = this.list(guild).find((one) => one.body.name === body.name && one.body.type === body.type);
    if (same !== undefined) return this.#change(same, body);
    const added = this.#new(body, guild);
    this.#all.push(added);
    return added;
  }

  remove(id: string, guild?: string): void {
    const found = this.list(guild).find((one) => one.id === id);
    if (found === undefined) throw refusals.unknownCommand();
    this.writes += 1;
    this.#all = this.#all.filter((one) => one !== found);
  }

  payload({ id, guild, version, body }: Command): object {
    const description = body.type === 1 ? body.description : '';
    const options = body.type === 1 ? body.options : undefined;
    return {
      id,
      application_id: botId,
      version,
      ...(guild !== undefined && { guild_id: guild }),
      type: body.type,
      name: body.name,
      name_localizations: body.name_localizations ?? null,
      description,
      description_localizations: body.description_localizations ?? null,
      default_member_permissions: body.default_member_permissions ?? null,
      nsfw: body.nsfw ?? false,
      integration_types: body.integration_types ?? [0],
      ...(guild === undefined && {
        dm_permission: body.dm_permission ?? true,
        contexts: body.contexts ?? null,
      }),
      ...(options?.length && { options: options.map(optionPayload) }),
    };
  }

  #new(body: CommandBody, guild: string | undefined): Command {
    const id = this.clock.snowflake();
    return { id, version: this.clock.snowflake(), body, ...(guild !== undefined && { guild }) };
  }

  #change(command: Command, body: CommandBody): Command {
    if (!isDeepStrictEqual(command.body, body)) {
      command.body = body;
      command.version = this.clock.snowflake();
    }
    return command;
  }
}

/** Discord leaves out what is not set. */
function optionPayload({ required, autocomplete, choices, options, ...rest }: OptionBody): object {
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined && value !== null)),
    ...(required && { required }),
    ...(autocomplete && { autocomplete }),
    ...(choices?.length && { choices }),
    ...(options?.length && { options: options.map(optionPayload) }),
  };
}
