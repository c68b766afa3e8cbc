/** What Slack sends, checked and told apart. Whatever is not for us is undefined. */
import { z } from 'zod';
import { type Place, isDirect } from './conversation-names.ts';
import { ids } from './methods.ts';
import { mentions } from './mrkdwn.ts';
import { readView, type SubmittedView } from './submitted-view.ts';

const text = z.string();
/** Slack leaves out, or sends null for, what there is none of. */
const maybe = text.nullish().transform((value) => value ?? undefined);

export const slackFile = z.object({
  id: text,
  name: maybe,
  title: maybe,
  mimetype: maybe,
  mode: maybe,
  size: z.number().nullish(),
  is_external: z.boolean().nullish(),
  file_access: maybe,
  url_private: maybe,
  url_private_download: maybe,
});
export type SlackFile = z.infer<typeof slackFile>;

/** Who uses Slack, and of which workspace. */
export interface Person {
  readonly user: string;
  /** Of the person's own workspace, which is another one in a channel that is shared. */
  readonly team: string;
}

interface From {
  readonly place: Place;
  readonly by: Person;
}

export type Incoming =
  | ({
      readonly kind: 'message';
      /** `C1/1699.1`: the same for every event about it. */
      readonly id: string;
      readonly ts: string;
      readonly text: string;
      readonly files: readonly SlackFile[];
      readonly mentioned: boolean;
      /** Whether it speaks to somebody else first. */
      readonly toAnother: boolean;
    } & From)
  | ({ readonly kind: 'edited'; readonly id: string; readonly ts: string } & From)
  | { readonly kind: 'deleted'; readonly id: string; readonly ts: string; readonly channel: string }
  | ({
      readonly kind: 'press';
      readonly id: string;
      readonly value: string;
      readonly label: string;
      readonly responseUrl?: string;
    } & From)
  | ({
      readonly kind: 'open';
      readonly what: 'filters' | 'find';
      readonly trigger: string;
      readonly responseUrl?: string;
    } & Omit<From, 'place'> & { readonly place?: Place })
  | ({
      readonly kind: 'find';
      readonly id: string;
      readonly text: string;
      readonly trigger: string;
      readonly responseUrl: string;
    } & From)
  | ({
      readonly kind: 'shortcut';
      readonly id: string;
      readonly files: readonly SlackFile[];
      readonly responseUrl: string;
    } & From)
  | { readonly kind: 'submitted'; readonly id: string; readonly view: SubmittedView; readonly by: Person }
  | { readonly kind: 'home'; readonly by: Person }
  /** Another bot called us by our name. */
  | { readonly kind: 'bot'; readonly by: Person }
  | ({ readonly kind: 'assistant'; readonly id: string } & From)
  | { readonly kind: 'removed'; readonly why: string };

/** Who we are in Slack. */
export interface Me {
  readonly team: string;
  readonly botUserId: string;
  readonly botId?: string;
}

const messageEvent = z.object({
  type: z.enum(['message', 'app_mention']),
  subtype: maybe,
  channel: text,
  ts: text,
  thread_ts: maybe,
  user: maybe,
  team: maybe,
  user_team: maybe,
  source_team: maybe,
  bot_id: maybe,
  hidden: z.boolean().nullish(),
  text: maybe,
  files: z.array(slackFile).nullish(),
});
/** Edits and deletions carry the message as it was and as it is. */
const changeEvent = z.object({
  type: z.literal('message'),
  subtype: z.enum(['message_changed', 'message_deleted']),
  channel: text,
  deleted_ts: maybe,
  message: z
    .object({ ts: text, thread_ts: maybe, user: maybe, text: maybe, bot_id: maybe, subtype: maybe })
    .optional(),
  previous_message: z.object({ ts: text, text: maybe, user: maybe, bot_id: maybe }).optional(),
});
const homeEvent = z.object({ type: z.literal('app_home_opened'), user: text, tab: maybe });
const assistantEvent = z.object({
  type: z.literal('assistant_thread_started'),
  assistant_thread: z.object({ user_id: text, channel_id: text, thread_ts: text }),
});
const removedEvent = z.object({ type: z.enum(['app_uninstalled', 'tokens_revoked']) });
const eventBody = z.object({ type: z.literal('event_callback'), team_id: maybe, event: z.unknown() });

const person = z.object({ id: text, team_id: maybe });
const team = z.object({ id: text }).nullish();
const pressBody = z.object({
  type: z.literal('block_actions'),
  user: person,
  team,
  trigger_id: text,
  response_url: maybe,
  channel: z.object({ id: text }).nullish(),
  message: z.object({ ts: text, thread_ts: maybe }).nullish(),
  container: z.object({ message_ts: maybe, thread_ts: maybe, channel_id: maybe }).nullish(),
  actions: z.array(z.object({ action_id: text, value: maybe, text: z.object({ text }).nullish() })).min(1),
});
const shortcutBody = z.object({
  type: z.literal('message_action'),
  callback_id: text,
  user: person,
  team,
  channel: z.object({ id: text }),
  trigger_id: text,
  response_url: text,
  message: z.object({ ts: text, thread_ts: maybe, files: z.array(slackFile).nullish() }),
});
const viewBody = z.object({ type: z.literal('view_submission'), user: person, team, view: z.unknown() });
const commandBody = z.object({
  command: text,
  text: maybe,
  channel_id: text,
  user_id: text,
  team_id: text,
  trigger_id: text,
  response_url: text,
});

/** Messages of people; everything else with a subtype tells of what happened in the channel. */
const spoken: ReadonlySet<string | undefined> = new Set([
  undefined,
  'file_share',
  'thread_broadcast',
  'me_message',
]);

export function readIncoming(body: unknown, me: Me): Incoming | undefined {
  const event = eventBody.safeParse(body);
  if (event.success) return readEvent(event.data.event, event.data.team_id ?? me.team, me);
  const press = pressBody.safeParse(body);
  if (press.success) return readPress(press.data, me);
  const shortcut = shortcutBody.safeParse(body);
  if (shortcut.success) return readShortcut(shortcut.data, me);
  const submitted = viewBody.safeParse(body);
  if (submitted.success) {
    const { user, team: its, view } = submitted.data;
    const read = readView(view);
    return read && { kind: 'submitted', id: `view ${read.id}`, view: read, by: who(user, its, me) };
  }
  const command = commandBody.safeParse(body);
  if (!command.success || command.data.command !== ids.command) return undefined;
  const {
    channel_id: channel,
    user_id: user,
    team_id,
    trigger_id: trigger,
    response_url,
    text: words,
  } = command.data;
  return {
    kind: 'find',
    id: `find ${trigger}`,
    text: words ?? '',
    trigger,
    responseUrl: response_url,
    place: { channel },
    by: { user, team: team_id },
  };
}

function readEvent(event: unknown, bodyTeam: string, me: Me): Incoming | undefined {
  const change = changeEvent.safeParse(event);
  if (change.success) return readChange(change.data, me);
  const message = messageEvent.safeParse(event);
  if (message.success) return readMessage(message.data, bodyTeam, me);
  const home = homeEvent.safeParse(event);
  if (home.success) {
    const { user, tab } = home.data;
    return tab === 'messages' ? undefined : { kind: 'home', by: { user, team: me.team } };
  }
  const assistant = assistantEvent.safeParse(event);
  if (assistant.success) {
    const { user_id: user, channel_id: channel, thread_ts: thread } = assistant.data.assistant_thread;
    const id = `assistant ${channel}/${thread}`;
    return { kind: 'assistant', id, place: { channel, thread }, by: { user, team: me.team } };
  }
  const removed = removedEvent.safeParse(event);
  return removed.success ? { kind: 'removed', why: removed.data.type } : undefined;
}

function readMessage(event: z.infer<typeof messageEvent>, bodyTeam: string, me: Me): Incoming | undefined {
  const { channel, ts, thread_ts: thread, user, text: words = '', files } = event;
  const team = event.user_team ?? event.source_team ?? event.team ?? bodyTeam;
  if (event.bot_id !== undefined && event.bot_id !== me.botId && mentions(words, me.botUserId))
    return { kind: 'bot', by: { user: user ?? event.bot_id, team } };
  if (user === undefined || user === me.botUserId || user === 'USLACKBOT') return undefined;
  if (event.bot_id !== undefined || event.hidden || !spoken.has(event.subtype)) return undefined;
  const mentioned = event.type === 'app_mention' || mentions(words, me.botUserId);
  const first = /^\s*<@([UW][A-Z0-9]+)(?:\|[^>]*)?>/.exec(words)?.[1];
  const root = thread ?? (isDirect(channel) ? undefined : ts);
  return {
    kind: 'message',
    id: `${channel}/${ts}`,
    ts,
    text: words,
    files: files ?? [],
    mentioned,
    toAnother: first !== undefined && !mentioned,
    place: { channel, ...(root === undefined ? {} : { thread: root }) },
    by: { user, team },
  };
}

function readChange(event: z.infer<typeof changeEvent>, me: Me): Incoming | undefined {
  const { channel, message, previous_message: before, subtype } = event;
  if (subtype === 'message_deleted') {
    const ts = event.deleted_ts ?? before?.ts;
    return ts === undefined ? undefined : { kind: 'deleted', id: `${channel}/${ts}`, ts, channel };
  }
  if (!message?.user || message.bot_id !== undefined || message.user === me.botUserId) return undefined;
  // Links that are unfolded, files that are previewed: the words are the same.
  if (message.subtype === 'tombstone' || message.text === before?.text) return undefined;
  const { ts, thread_ts: thread, user } = message;
  const root = thread ?? (isDirect(channel) ? undefined : ts);
  const place = { channel, ...(root === undefined ? {} : { thread: root }) };
  return { kind: 'edited', id: `${channel}/${ts}`, ts, place, by: { user, team: me.team } };
}

function readPress(body: z.infer<typeof pressBody>, me: Me): Incoming | undefined {
  const { user, trigger_id: trigger, response_url: responseUrl, message, container } = body;
  const action = body.actions[0]!;
  const by = who(user, body.team, me);
  const channel = body.channel?.id ?? container?.channel_id;
  const place = channel === undefined ? undefined : pressedAt(channel, message, container);
  const more = responseUrl === undefined ? {} : { responseUrl };
  if (action.action_id === ids.openFilters || action.action_id === ids.openFind) {
    const what = action.action_id === ids.openFilters ? 'filters' : 'find';
    return { kind: 'open', what, trigger, by, ...(place ? { place } : {}), ...more };
  }
  if (!action.action_id.startsWith(`${ids.act}.`) || action.value === undefined || !place) return undefined;
  return {
    kind: 'press',
    id: `press ${trigger}`,
    value: action.value,
    label: action.text?.text ?? '',
    place,
    by,
    ...more,
  };
}

function pressedAt(
  channel: string,
  message: z.infer<typeof pressBody>['message'],
  container: z.infer<typeof pressBody>['container'],
): Place {
  const thread = message?.thread_ts ?? container?.thread_ts;
  if (thread !== undefined) return { channel, thread };
  const ts = message?.ts ?? container?.message_ts;
  return isDirect(channel) || ts === undefined ? { channel } : { channel, thread: ts };
}

function readShortcut(body: z.infer<typeof shortcutBody>, me: Me): Incoming | undefined {
  if (body.callback_id !== ids.shortcut) return undefined;
  const { message, channel, trigger_id: trigger, response_url: responseUrl } = body;
  return {
    kind: 'shortcut',
    id: `shortcut ${trigger}`,
    files: message.files ?? [],
    responseUrl,
    place: { channel: channel.id, thread: message.thread_ts ?? message.ts },
    by: who(body.user, body.team, me),
  };
}

function who(user: z.infer<typeof person>, its: z.infer<typeof team>, me: Me): Person {
  return { user: user.id, team: user.team_id ?? its?.id ?? me.team };
}
