/** What Slack refuses, as an error with the next step; and what a failed call means for another try. */
import { webApi } from '@slack/bolt';
import { ChatReidError } from '../../src/foundation/error.ts';

type Sentences = readonly [message: string, next: string];

const reinstall = 'Install the app again in Slack (OAuth & Permissions), and give the new token to the bot.';
const invite = 'Invite the bot with "/invite @ChatReID" in that channel, then ask again.';

/** What people meet, by Slack's own name of it. */
const refused: Readonly<Record<string, Sentences>> = {
  invalid_auth: [
    'Slack does not know the token.',
    'Copy the Bot User OAuth Token (xoxb-…) anew, and the app-level token (xapp-…) for Socket Mode.',
  ],
  not_authed: ['No token was given to Slack.', 'Give the Bot User OAuth Token (xoxb-…).'],
  not_allowed_token_type: [
    'The token is of the wrong kind for this.',
    'The bot token begins with xoxb-, the app-level token of Socket Mode with xapp-.',
  ],
  token_revoked: ['The token was revoked.', reinstall],
  token_expired: ['The token has expired.', reinstall],
  account_inactive: ['The app was removed from the workspace, or its bot switched off.', reinstall],
  team_access_not_granted: [
    'The app may not work in this workspace.',
    'Ask an administrator of the workspace to approve it.',
  ],
  not_in_channel: ['The bot is not in that channel.', invite],
  channel_not_found: ['The bot cannot see that channel.', invite],
  is_archived: ['The channel is archived.', 'Ask in a channel that is in use.'],
  restricted_action: [
    'The workspace does not let the bot post there.',
    'Ask an administrator about the posting permissions of the channel.',
  ],
  restricted_action_read_only_channel: [
    'The channel is read-only.',
    'Ask in another channel, or in a direct message.',
  ],
  restricted_action_thread_only_channel: [
    'New posts in that channel are not allowed, only threads.',
    'Ask in a thread, or in a direct message.',
  ],
  thread_not_found: ['The message that the thread hangs on is gone.', 'Ask again, outside of that thread.'],
  cannot_reply_to_message: ['Slack allows no replies to that message.', 'Ask again, outside of that thread.'],
  user_not_in_channel: ['The person is not in that channel.', 'Ask in a channel that both are in.'],
  file_not_found: [
    'Slack has the file no more, or the bot may not see it.',
    'Send the picture again, in a channel that the bot is in.',
  ],
  file_deleted: ['The file was deleted.', 'Send the picture again.'],
  msg_too_long: ['Slack takes no message of that length.', 'Ask for less at once.'],
  invalid_blocks: ['Slack does not accept how the answer is laid out.', 'Report it with what was asked.'],
  expired_trigger_id: ['Slack waited too long for the form.', 'Press the button again.'],
  trigger_expired: ['Slack waited too long for the form.', 'Press the button again.'],
  ekm_access_denied: [
    'The administrators of the workspace have suspended access to its messages.',
    'Ask them.',
  ],
  storage_limit_reached: [
    'The workspace has no room for more files.',
    'Delete files in Slack, or ask an administrator.',
  ],
};

/** Nothing that we do later changes them: whoever asked must be told, and nobody is waited for. */
const lasting: ReadonlySet<string> = new Set([
  'not_in_channel',
  'channel_not_found',
  'is_archived',
  'restricted_action',
  'restricted_action_read_only_channel',
  'restricted_action_thread_only_channel',
  'thread_not_found',
  'cannot_reply_to_message',
]);

/** Slack's name of what it refused; undefined for every other failure. */
export function refusalOf(error: unknown): string | undefined {
  const cause = error instanceof ChatReidError ? error.cause : error;
  return cause instanceof webApi.WebAPIPlatformError ? cause.data.error : undefined;
}

/** Whether a place in Slack cannot be posted to, and will not be by itself. */
export function isLasting(error: unknown): boolean {
  return lasting.has(refusalOf(error) ?? '');
}

/** @param method the one that was called */
export function slackError(error: unknown, method: string): ChatReidError {
  if (error instanceof ChatReidError) return error;
  if (error instanceof webApi.WebAPIPlatformError) return platformError(error, method);
  if (error instanceof webApi.WebAPIRateLimitedError) {
    return new ChatReidError(
      'PLATFORM_BUSY',
      `Slack is called too often (${method}); it wants to be left alone for ${error.retryAfter} seconds.`,
      'Wait a little, then ask again.',
      error,
    );
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return new ChatReidError(
      'CANCELLED',
      `Stopped while calling Slack (${method}).`,
      'Nothing is lost.',
      error,
    );
  }
  const status = error instanceof webApi.WebAPIHTTPError ? ` (status ${error.statusCode})` : '';
  return new ChatReidError(
    'PLATFORM_UNREACHABLE',
    `Slack did not answer${status}: ${method}.`,
    'Check the connection of this machine, and https://slack-status.com.',
    error,
  );
}

function platformError(error: webApi.WebAPIPlatformError, method: string): ChatReidError {
  const { error: code, needed } = error.data as typeof error.data & { readonly needed?: unknown };
  if (code === 'missing_scope') {
    const scope = typeof needed === 'string' ? needed : 'that it asks for';
    return new ChatReidError(
      'PLATFORM_REFUSED',
      `The Slack app lacks the scope ${scope} (${method}).`,
      `Add ${scope} under OAuth & Permissions, install the app again, and give the new token to the bot.`,
      error,
    );
  }
  if (code === 'ratelimited' || code === 'rate_limited') {
    return new ChatReidError(
      'PLATFORM_BUSY',
      `Slack is called too often (${method}).`,
      'Wait a little.',
      error,
    );
  }
  const [message, next] = refused[code] ?? [`Slack refused ${method}: ${code}.`, 'See docs/slack.md.'];
  return new ChatReidError('PLATFORM_REFUSED', message, next, error);
}

/** Slack's own troubles, reported in the body of an answer. */
const passing: ReadonlySet<string> = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'ratelimited',
  'rate_limited',
  'team_added_to_org',
]);

export type Failure =
  /** Not done; may be asked again after so long. */
  | { readonly kind: 'busy'; readonly waitMs: number }
  /** Perhaps done: nobody answered. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused' };

export function failureOf(error: unknown): Failure {
  if (error instanceof webApi.WebAPIRateLimitedError)
    return { kind: 'busy', waitMs: error.retryAfter * 1000 };
  if (error instanceof webApi.WebAPIPlatformError) {
    return passing.has(error.data.error) ? { kind: 'unknown' } : { kind: 'refused' };
  }
  return error instanceof ChatReidError ? { kind: 'refused' } : { kind: 'unknown' };
}
