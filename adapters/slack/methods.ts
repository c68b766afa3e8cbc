/** The methods of Slack's Web API that are called: how often each may be, and what the app's manifest must ask for. */

interface Method {
  /** Calls a minute: Slack's tiers 2, 3 and 4 are 20, 50 and 100. */
  readonly perMinute: number;
  /** All of them are needed. */
  readonly scopes: readonly string[];
}

const history = ['channels:history', 'groups:history', 'im:history', 'mpim:history'];

export const methods = {
  'auth.test': { perMinute: 300, scopes: [] },
  // One a second in each channel besides.
  'chat.postMessage': { perMinute: 300, scopes: ['chat:write'] },
  'chat.postEphemeral': { perMinute: 100, scopes: ['chat:write'] },
  'chat.delete': { perMinute: 50, scopes: ['chat:write'] },
  'chat.update': { perMinute: 50, scopes: ['chat:write'] },
  'conversations.history': { perMinute: 50, scopes: history },
  'conversations.replies': { perMinute: 50, scopes: history },
  'files.uploadV2': { perMinute: 100, scopes: ['files:write'] },
  'files.info': { perMinute: 100, scopes: ['files:read'] },
  'files.delete': { perMinute: 50, scopes: ['files:write'] },
  // Tier 2.
  'usergroups.list': { perMinute: 20, scopes: ['usergroups:read'] },
  'views.open': { perMinute: 100, scopes: [] },
  'views.publish': { perMinute: 100, scopes: [] },
  'assistant.threads.setStatus': { perMinute: 600, scopes: ['assistant:write'] },
  'assistant.threads.setSuggestedPrompts': { perMinute: 100, scopes: ['assistant:write'] },
  'assistant.threads.setTitle': { perMinute: 100, scopes: ['assistant:write'] },
} satisfies Record<string, Method>;

export type MethodName = keyof typeof methods;

/** Events that are listened to, and the scopes that Slack wants for each. */
export const events = {
  app_mention: ['app_mentions:read'],
  message: history,
  app_home_opened: [],
  assistant_thread_started: ['assistant:write'],
  app_uninstalled: [],
  tokens_revoked: [],
} as const;

/** Callback and action ids: what Slack sends back when something of ours is used. */
export const ids = {
  command: '/find',
  shortcut: 'find_this_person',
  /** Views. */
  find: 'find',
  filters: 'filters',
  /** Buttons: an act each, or what opens a view. */
  act: 'act',
  openFilters: 'open_filters',
  openFind: 'open_find',
} as const;

/** Event types of metadata on posts. */
export const replyMetadata = 'chatreid_reply';
