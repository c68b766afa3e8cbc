/** The app as a workspace admin installed it: its manifest is what it may do. */
import { at, isList, isObject, type Json, textAt } from './json.ts';

export interface InstalledApp {
  readonly scopes: ReadonlySet<string>;
  /** `app_mention`, `message.channels` ... */
  readonly events: ReadonlySet<string>;
  readonly commands: ReadonlySet<string>;
  /** Callback ids by kind. */
  readonly shortcuts: { readonly message: ReadonlySet<string>; readonly global: ReadonlySet<string> };
  readonly homeTab: boolean;
  /** Whether people may write to the bot directly. */
  readonly messagesTab: boolean;
  readonly interactive: boolean;
  readonly assistant: boolean;
}

/** What a bot of this kind wants, where a test brings no manifest. */
export const usualApp: InstalledApp = {
  scopes: new Set([
    'app_mentions:read',
    'assistant:write',
    'channels:history',
    'channels:read',
    'chat:write',
    'commands',
    'files:read',
    'files:write',
    'groups:history',
    'groups:read',
    'im:history',
    'im:read',
    'im:write',
    'mpim:history',
    'mpim:read',
    'users:read',
  ]),
  events: new Set([
    'app_home_opened',
    'app_mention',
    'assistant_thread_context_changed',
    'assistant_thread_started',
    'message.channels',
    'message.groups',
    'message.im',
    'message.mpim',
  ]),
  commands: new Set(['/find']),
  shortcuts: { message: new Set(['find_this_person']), global: new Set() },
  homeTab: true,
  messagesTab: true,
  interactive: true,
  assistant: true,
};

/** @param manifest as it is pasted at api.slack.com/apps, read from JSON or YAML */
export function appOf(manifest: Json): InstalledApp {
  const shortcuts = objects(at(manifest, 'features', 'shortcuts'));
  const callbacks = (type: string) =>
    new Set(shortcuts.filter((one) => one.type === type).map((one) => textAt(one, 'callback_id')));
  return {
    scopes: texts(at(manifest, 'oauth_config', 'scopes', 'bot')),
    events: texts(at(manifest, 'settings', 'event_subscriptions', 'bot_events')),
    commands: new Set(
      objects(at(manifest, 'features', 'slash_commands')).map((one) => textAt(one, 'command')),
    ),
    shortcuts: { message: callbacks('message'), global: callbacks('global') },
    homeTab: at(manifest, 'features', 'app_home', 'home_tab_enabled') === true,
    messagesTab:
      at(manifest, 'features', 'app_home', 'messages_tab_enabled') === true &&
      at(manifest, 'features', 'app_home', 'messages_tab_read_only_enabled') !== true,
    interactive: at(manifest, 'settings', 'interactivity', 'is_enabled') === true,
    assistant:
      isObject(at(manifest, 'features', 'assistant_view')) ||
      isObject(at(manifest, 'features', 'agent_view')),
  };
}

function texts(value: Json | undefined): ReadonlySet<string> {
  return new Set(isList(value) ? value.filter((one) => typeof one === 'string') : []);
}

function objects(value: Json | undefined) {
  return isList(value) ? value.filter(isObject) : [];
}
