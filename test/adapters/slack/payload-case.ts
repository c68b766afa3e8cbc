/** A recorded payload with what is to come of it: read from its file, with a workspace in which it could have happened. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../../src/foundation/package-root.ts';
import { isObject, type Json, type JsonObject, textAt } from './server/json.ts';
import type { SlackServer } from './server/slack-server.ts';
import { bot } from './server/workspace.ts';

const json = z.json();
const schema = z.strictObject({
  about: z.string(),
  /** How it comes: `frame` is text over the socket as it stands. */
  kind: z.enum(['events_api', 'interactive', 'slash_commands', 'frame']),
  /** Each in turn, when the one before is acknowledged. */
  deliver: z.array(json),
  times: z.number().optional(),
  /** What the workspace has besides. */
  files: z
    .record(
      z.string(),
      z.strictObject({ name: z.string(), content: z.enum(['png', 'html']), deleted: z.boolean().optional() }),
    )
    .optional(),
  people: z.array(z.strictObject({ id: z.string(), team: z.string() })).optional(),
  channels: z.array(z.strictObject({ id: z.string(), name: z.string(), kind: z.literal('mpim') })).optional(),
  /** Messages that are there already. */
  roots: z.array(z.strictObject({ channel: z.string(), ts: z.string() })).optional(),
  scopesWithout: z.array(z.string()).optional(),
  loginPage: z.literal('redirect').optional(),
  allowTeams: z.array(z.string()).optional(),
  /** `never`: the conversation is at it until it is stopped. */
  answering: z.literal('never').optional(),
  /** The connection is made anew. */
  reconnects: z.boolean().optional(),
  expect: z.strictObject({
    /** Messages that reach the conversations, each with at least these values. Attachments are named. */
    handled: z.array(z.record(z.string(), json)),
    /** In a message that one person alone sees, or in an answer; null: nobody is told anything. */
    told: z.string().nullish(),
    /** In a post of the bot. */
    posted: z.string().optional(),
    /** Methods that are called; an empty list: none. */
    calls: z.array(z.string()).optional(),
    /** Codes of what whoever runs the bot is told. */
    troubles: z.array(z.string()).optional(),
    /** What comes with the acknowledgement. */
    answer: json.optional(),
    cancelled: z.array(z.string()).optional(),
  }),
});
export type PayloadCase = z.infer<typeof schema>;

const folder = join(packageRoot(), 'test', 'adapters', 'slack', 'payloads');

export const payloadNames: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.slice(0, -5))
  .sort();

export function readCase(name: string): PayloadCase {
  return schema.parse(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')));
}

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC',
  'base64',
);
const contents = { png, html: Buffer.from('<!DOCTYPE html><html><body>saved page</body></html>') };

/** Everything that the payloads speak of is there, as it was when they were sent. */
export function setUp(slack: SlackServer, { files, people, channels, roots, deliver }: PayloadCase): void {
  const { workspace } = slack;
  workspace.direct('U0ANNA');
  for (const { id, team } of people ?? []) {
    workspace.people.set(id, { id, name: id.toLowerCase(), realName: id, team });
    workspace.channel('C0GATE').members.add(id);
  }
  for (const channel of channels ?? []) workspace.addChannel({ ...channel, members: ['U0ANNA', bot.user] });
  for (const [id, { name, content, deleted = false }] of Object.entries(files ?? {}))
    slack.files.add({ id, name, user: 'U0ANNA', bytes: contents[content], completed: true, deleted });
  for (const root of roots ?? []) post(slack, root.channel, root.ts);
  for (const body of deliver) postSaid(slack, body);
}

/** `{{origin}}`, `{{trigger U0ANNA}}`, `{{response C0GATE U0ANNA}}` as they are in this run. */
export function filledIn(slack: SlackServer, body: Json): Json {
  const text = JSON.stringify(body)
    .replaceAll('{{origin}}', slack.origin)
    .replace(/\{\{trigger (\w+)\}\}/g, (_, user: string) => slack.views.trigger(user))
    .replace(
      /\{\{response (\w+) (\w+)\}\}/g,
      (_, channel: string, user: string) => `${slack.origin}${slack.responseUrls.add({ channel, user })}`,
    );
  return JSON.parse(text) as Json;
}

/** A message that an event tells of, and the one that its thread hangs on. */
function postSaid(slack: SlackServer, body: Json): void {
  const event = isObject(body) ? body.event : undefined;
  if (!isObject(event) || !/^(message|app_mention)$/.test(textAt(event, 'type'))) return;
  if (/^message_/.test(textAt(event, 'subtype'))) return;
  const channel = textAt(event, 'channel');
  const thread = textAt(event, 'thread_ts');
  if (thread !== '') post(slack, channel, thread);
  if (textAt(event, 'ts') !== '') post(slack, channel, textAt(event, 'ts'), event);
}

function post(slack: SlackServer, channel: string, ts: string, event: JsonObject = {}): void {
  const place = slack.workspace.channels.get(channel);
  if (place === undefined || place.messages.some((one) => one.ts === ts)) return;
  const thread = textAt(event, 'thread_ts');
  slack.workspace.post(place, {
    ts,
    user: 'U0ANNA',
    text: textAt(event, 'text'),
    ...(thread === '' ? {} : { threadTs: thread }),
  });
}
