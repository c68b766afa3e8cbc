/** views.* and assistant.threads.*: modals, home tabs, the status of an assistant thread. */
import { isList, isObject, type JsonObject, textAt } from './json.ts';
import { limits } from './limits.ts';
import type { AssistantThread, Methods, Parts } from './parts.ts';
import { Refusal } from './refusal.ts';
import { checkView } from './view-rules.ts';

export const viewMethods: Methods = {
  'views.open': {
    scopes: [],
    token: 'bot',
    run(args, parts) {
      const view = checked(args, 'modal', parts);
      const user = parts.views.redeem(trigger(args));
      return { ok: true, view: parts.views.json(parts.views.open(user, view)) };
    },
  },
  'views.push': {
    scopes: [],
    token: 'bot',
    run(args, parts) {
      const view = checked(args, 'modal', parts);
      const user = parts.views.redeem(trigger(args));
      const below = parts.views.top(user);
      if (below === undefined) throw new Refusal('not_found');
      return { ok: true, view: parts.views.json(parts.views.open(user, view, below)) };
    },
  },
  'views.update': {
    scopes: [],
    token: 'bot',
    run(args, parts) {
      const found = parts.views.find({
        id: textAt(args, 'view_id'),
        externalId: textAt(args, 'external_id'),
        hash: textAt(args, 'hash'),
      });
      parts.views.update(found, checked(args, 'modal', parts));
      return { ok: true, view: parts.views.json(found) };
    },
  },
  'views.publish': {
    scopes: [],
    token: 'bot',
    run(args, parts) {
      if (!parts.app.homeTab) throw new Refusal('not_enabled');
      const user = textAt(args, 'user_id');
      if (!parts.workspace.people.has(user))
        throw new Refusal('invalid_arguments', ['[ERROR] user not found']);
      const home = parts.views.homes.get(user);
      const hash = textAt(args, 'hash');
      if (home !== undefined && hash !== '') parts.views.find({ id: home.id, externalId: '', hash });
      const view = checked(args, 'home', parts);
      return { ok: true, view: parts.views.json(parts.views.publish(user, view)) };
    },
  },
};

export const assistantMethods: Methods = {
  'assistant.threads.setStatus': {
    scopes: ['assistant:write', 'chat:write'],
    token: 'bot',
    run(args, parts) {
      const status = textAt(args, 'status');
      if (isList(args.loading_messages) && args.loading_messages.length > limits.assistant.loadingMessages)
        throw new Refusal('invalid_arguments');
      thread(args, parts).statuses.push(status);
      return { ok: true };
    },
  },
  'assistant.threads.setTitle': {
    scopes: ['assistant:write'],
    token: 'bot',
    run(args, parts) {
      thread(args, parts).title = textAt(args, 'title');
      return { ok: true };
    },
  },
  'assistant.threads.setSuggestedPrompts': {
    scopes: ['assistant:write'],
    token: 'bot',
    run(args, parts) {
      const prompts = isList(args.prompts) ? args.prompts.filter(isObject) : [];
      const sound = prompts.every((one) => textAt(one, 'title') !== '' && textAt(one, 'message') !== '');
      if (prompts.length < 1 || prompts.length > limits.assistant.prompts || !sound)
        throw new Refusal('invalid_arguments');
      thread(args, parts).prompts = prompts;
      return { ok: true };
    },
  },
};

/** The thread of a direct conversation. @throws Refusal */
function thread(args: JsonObject, { workspace, assistants, app }: Parts): AssistantThread {
  const channel = workspace.channel(textAt(args, 'channel_id'));
  const ts = textAt(args, 'thread_ts');
  if (!app.assistant || channel.kind !== 'im') throw new Refusal('invalid_thread_ts');
  if (!channel.messages.some((one) => one.ts === ts)) throw new Refusal('invalid_thread_ts');
  const key = `${channel.id}/${ts}`;
  const known = assistants.get(key) ?? { statuses: [], title: '', prompts: [] };
  assistants.set(key, known);
  return known;
}

function trigger(args: JsonObject): string {
  return textAt(args, 'trigger_id') || textAt(args, 'interactivity_pointer');
}

function checked({ view }: JsonObject, type: 'modal' | 'home', { files }: Parts): JsonObject {
  const found = checkView(view, type, (file) => files.shows(file));
  if (found.length > 0 || !isObject(view)) throw new Refusal('invalid_arguments', found);
  if (Buffer.byteLength(JSON.stringify(view)) > limits.view.bytes) throw new Refusal('view_too_large');
  return view;
}
