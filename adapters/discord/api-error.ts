/** What Discord refuses, and what that means here. */
import { DiscordAPIError, HTTPError, RateLimitError } from 'discord.js';
import { ChatReidError } from '../../src/foundation/error.ts';

/** Codes of Discord's that are dealt with. */
export const refusals = {
  unknownChannel: 10003,
  unknownMessage: 10008,
  unknownWebhook: 10015,
  unknownInteraction: 10062,
  alreadyAcknowledged: 40060,
  tooLarge: 40005,
  missingAccess: 50001,
  cannotWriteToUser: 50007,
  missingPermissions: 50013,
  invalidToken: 50027,
  invalidForm: 50035,
  threadArchived: 50083,
  threadExists: 160004,
} as const;

/** The interaction's token is not good any more, or was never known. */
const dead: ReadonlySet<unknown> = new Set([
  refusals.unknownWebhook,
  refusals.unknownInteraction,
  refusals.invalidToken,
  refusals.unknownMessage,
]);

/** Nothing can be posted there, however often it is tried. */
const closed: ReadonlySet<unknown> = new Set([
  refusals.unknownChannel,
  refusals.missingAccess,
  refusals.missingPermissions,
  refusals.cannotWriteToUser,
  refusals.threadArchived,
]);

/** @returns Discord's own code; undefined for what is no refusal of Discord's */
export function refusalOf(error: unknown): number | undefined {
  return error instanceof DiscordAPIError && typeof error.code === 'number' ? error.code : undefined;
}

export function isDead(error: unknown): boolean {
  // A webhook whose token is wrong is answered with 401 or 404, not always with a code of these.
  return dead.has(refusalOf(error));
}

export function isClosed(error: unknown): boolean {
  return closed.has(refusalOf(error));
}

/** In our words: an error of discord.js carries the address, and in addresses of interactions stands their token. */
export function asPlatformError(error: unknown, doing: string): ChatReidError {
  if (error instanceof ChatReidError) return error;
  if (error instanceof RateLimitError) {
    return new ChatReidError(
      'PLATFORM_BUSY',
      `Discord lets the bot do no more for now (while ${doing}).`,
      'It goes on by itself when Discord lets it.',
    );
  }
  if (error instanceof DiscordAPIError) {
    const [what, next] = meaning(error);
    return new ChatReidError(
      'PLATFORM_REFUSED',
      `${what} (while ${doing}; Discord's code ${error.code}).`,
      next,
    );
  }
  const status = error instanceof HTTPError ? ` It answered ${error.status}.` : '';
  return new ChatReidError(
    'PLATFORM_UNREACHABLE',
    `Discord cannot be reached (while ${doing}).${status}`,
    'It is tried again by itself; if it stays so, look at the network and at https://discordstatus.com.',
    error,
  );
}

function meaning({ status, code }: DiscordAPIError): readonly [string, string] {
  if (status === 401) {
    return [
      'Discord does not know the bot token',
      'Copy the token anew from the Bot page of the developer portal.',
    ];
  }
  if (code === refusals.missingAccess) {
    return ['The bot cannot see that channel', 'Give its role "View Channel" there, or use another channel.'];
  }
  if (code === refusals.missingPermissions || code === refusals.threadArchived) {
    return [
      'The bot may not do that in this channel',
      'Give its role "Send Messages", "Send Messages in Threads", "Create Public Threads", "Attach Files" and "Embed Links" there.',
    ];
  }
  if (code === refusals.invalidForm || code === refusals.tooLarge) {
    return ['Discord does not take this message', 'Report it with the words or the picture that led to it.'];
  }
  return ['Discord refused', 'If it stays so, look at the bot in the developer portal.'];
}
