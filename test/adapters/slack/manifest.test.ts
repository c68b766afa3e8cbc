/** The manifest that an administrator pastes, and the code: each has what the other needs. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { events, ids, methods } from '../../../adapters/slack/methods.ts';
import { manifestPath } from './slack-house.ts';

const manifestSchema = z.object({
  display_information: z.object({
    name: z.string().max(35),
    description: z.string().max(140),
    long_description: z.string().min(174).max(4_000),
  }),
  features: z.object({
    app_home: z.object({
      home_tab_enabled: z.literal(true),
      messages_tab_enabled: z.literal(true),
      messages_tab_read_only_enabled: z.literal(false),
    }),
    assistant_view: z.object({
      assistant_description: z.string(),
      suggested_prompts: z.array(z.object({ title: z.string(), message: z.string() })).max(4),
    }),
    slash_commands: z.array(z.object({ command: z.string(), should_escape: z.boolean() })),
    shortcuts: z.array(
      z.object({
        type: z.string(),
        callback_id: z.string(),
        name: z.string().max(24),
        description: z.string().max(150),
      }),
    ),
  }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z.object({
    event_subscriptions: z.object({ bot_events: z.array(z.string()) }),
    interactivity: z.object({ is_enabled: z.literal(true) }),
    socket_mode_enabled: z.boolean(),
  }),
});
let manifest: z.infer<typeof manifestSchema>;
let source = '';

beforeAll(async () => {
  manifest = manifestSchema.parse(JSON.parse(await readFile(manifestPath, 'utf8')));
  const folder = join(manifestPath, '..');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts') && name !== 'methods.ts');
  source = (await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))).join('\n');
});

describe('the manifest', () => {
  test('asks for every scope that a called method or an event needs, and for no other', () => {
    const needed = new Set<string>([
      'commands',
      ...Object.values(methods).flatMap(({ scopes }) => scopes),
      ...Object.values(events).flat(),
    ]);
    expect([...manifest.oauth_config.scopes.bot].sort()).toEqual([...needed].sort());
  });

  test('every method that is called is in the table', () => {
    const called = [...source.matchAll(/'((?:[a-z]+\.)+[a-zA-Z]+[A-Za-z0-9]*)'/g)]
      .map(([, name = '']) => name)
      .filter((name) =>
        /^(auth|chat|conversations|files|views|users|usergroups|assistant|apps|reactions)\./.test(name),
      );
    // The app-level token's own, which has a scope of its own.
    const known = [...Object.keys(methods), 'apps.connections.open'];
    expect(called.length).toBeGreaterThan(8);
    expect(called.filter((name) => !known.includes(name))).toEqual([]);
    expect(Object.keys(methods).filter((name) => !called.includes(name))).toEqual([]);
  });

  test('subscribes to every event that is listened to', () => {
    const { bot_events } = manifest.settings.event_subscriptions;
    const kinds = ['message.channels', 'message.groups', 'message.im', 'message.mpim'];
    const wanted = Object.keys(events).flatMap((event) => (event === 'message' ? kinds : [event]));
    // Slack demands this one for the assistant view; it says only what the person looks at.
    expect([...bot_events].sort()).toEqual([...wanted, 'assistant_thread_context_changed'].sort());
    for (const event of Object.keys(events)) expect(source).toContain(`'${event}'`);
  });

  test('has the command and the shortcut that are answered', () => {
    expect(manifest.features.slash_commands.map(({ command }) => command)).toEqual([ids.command]);
    expect(manifest.features.shortcuts.map(({ type, callback_id }) => [type, callback_id])).toEqual([
      ['message', ids.shortcut],
    ]);
  });

  test('is for Socket Mode as it stands: no address of anybody is in it', () => {
    expect(manifest.settings.socket_mode_enabled).toBe(true);
    expect(JSON.stringify(manifest)).not.toMatch(/https?:/);
  });
});
