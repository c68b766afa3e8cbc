/** The INTERACTION_CREATE that a bot gets, around what somebody did. */
import { isThread } from '../channel.ts';
import type { Interaction } from '../interactions.ts';
import { botId, guildId, type World } from '../world.ts';

export interface Locales {
  /** Of the user's client. */
  readonly user: string;
  readonly guild: string;
}

export function interactionPayload(
  world: World,
  interaction: Interaction,
  data: object,
  { locales, uploadLimit }: { readonly locales: Locales; readonly uploadLimit: number },
): object {
  const { id, token, type, user, source } = interaction;
  const channel = world.channel(interaction.channel);
  const { guild } = channel;
  const permissions = String(world.permissions(user.id, channel));
  const own = guild === undefined ? { '1': user.id } : { '0': guildId };
  return {
    id,
    application_id: botId,
    type,
    token,
    version: 1,
    data,
    channel_id: channel.id,
    channel: { ...world.channelPayload(channel), permissions },
    locale: locales.user,
    app_permissions: String(world.permissions(botId, channel)),
    entitlements: [],
    authorizing_integration_owners: own,
    context: guild === undefined ? 1 : 0,
    attachment_size_limit: uploadLimit,
    ...(guild === undefined
      ? { user }
      : {
          guild_id: guild,
          guild: { id: guild, locale: locales.guild, features: [] },
          guild_locale: locales.guild,
          member: { user, ...world.memberPayload(user.id), permissions },
        }),
    ...(source !== undefined && { message: world.messagePayload(source) }),
  };
}

/** What a command that was used on a message brings with it: the whole message, whatever the bot may read otherwise. */
export function resolvedMember(world: World, id: string, channelId: string): object {
  const channel = world.channel(
    isThread(world.channel(channelId)) ? world.channel(channelId).parent! : channelId,
  );
  return { ...world.memberPayload(id), permissions: String(world.permissions(id, channel)) };
}
