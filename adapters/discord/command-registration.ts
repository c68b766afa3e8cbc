/** Commands are registered where they are not yet, or are others: a start changes nothing that is right. */
import type { Command, CommandOption } from './commands.ts';
import type { DiscordApi } from './discord-api.ts';

/**
 * @param guild absent: for every guild
 * @returns whether anything was changed
 * @throws ChatReidError PLATFORM_*
 */
export async function registerCommands(
  api: DiscordApi,
  application: string,
  wanted: readonly Command[],
  guild?: string,
): Promise<boolean> {
  const registered = await api.commands(application, guild);
  if (fingerprint(registered, guild) === fingerprint(wanted, guild)) return false;
  // A guild's commands know no contexts: they are the guild's.
  await api.putCommands(application, guild === undefined ? wanted : wanted.map(ofGuild), guild);
  return true;
}

function ofGuild({ contexts: _contexts, integration_types: _types, ...command }: Command) {
  return command;
}

/** What of a command can be wrong; Discord adds ids, versions and defaults. */
function fingerprint(commands: readonly unknown[], guild?: string): string {
  const lines = (commands as readonly Partial<Command>[]).map((command) =>
    JSON.stringify([
      command.type ?? 1,
      command.name,
      command.description ?? '',
      (command.options ?? []).map(optionPrint),
      guild === undefined ? [...(command.contexts ?? [])].sort() : [],
    ]),
  );
  return lines.sort().join('\n');
}

function optionPrint(option: CommandOption) {
  const { name, description, type, required = false, autocomplete = false, min_value = null } = option;
  return [name, description, type, required, autocomplete, min_value];
}
