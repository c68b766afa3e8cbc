/** Payloads of buttons, modals, shortcuts and slash commands, as Slack's interactivity documentation has them. */
import type { FoundElement } from './find-element.ts';
import { type JsonObject, plain, textAt } from './json.ts';
import { messageJson } from './message-json.ts';
import type { Parts } from './parts.ts';
import type { OpenView } from './view-store.ts';
import { bot, type Channel, type Ephemeral, type SlackMessage, team } from './workspace.ts';

export class InteractionPayloads {
  constructor(
    private readonly parts: Parts,
    private readonly enterprise: string | undefined,
  ) {}

  /** A button or menu in a message. */
  pressed(
    user: string,
    channel: Channel,
    message: SlackMessage | Ephemeral,
    found: FoundElement,
    chosen: JsonObject,
    responseUrl: string,
  ): JsonObject {
    const ephemeral = !('fromBot' in message);
    const thread = message.threadTs;
    return plain({
      ...this.#common('block_actions', user),
      container: {
        type: 'message',
        message_ts: message.ts,
        channel_id: channel.id,
        is_ephemeral: ephemeral,
        thread_ts: thread,
      },
      channel: this.#channel(channel),
      message: ephemeral ? undefined : messageJson(message, this.parts.files, { metadata: true }),
      state: { values: {} },
      response_url: responseUrl,
      actions: [this.#action(found, chosen)],
    });
  }

  /** The same in a modal or a home tab. */
  pressedInView(user: string, view: OpenView, found: FoundElement, chosen: JsonObject): JsonObject {
    return plain({
      ...this.#common('block_actions', user),
      container: { type: 'view', view_id: view.id },
      view: this.parts.views.json(view),
      actions: [this.#action(found, chosen)],
    });
  }

  suggestion(user: string, view: OpenView, found: FoundElement, typed: string): JsonObject {
    return plain({
      ...this.#common('block_suggestion', user),
      container: { type: 'view', view_id: view.id },
      view: this.parts.views.json(view),
      action_id: found.element.action_id,
      block_id: found.blockId,
      value: typed,
    });
  }

  submitted(user: string, view: OpenView): JsonObject {
    return plain({
      ...this.#common('view_submission', user),
      view: this.parts.views.json(view),
      response_urls: [],
    });
  }

  closed(user: string, view: OpenView): JsonObject {
    const { trigger_id: _none, ...common } = this.#common('view_closed', user);
    return plain({ ...common, view: this.parts.views.json(view), is_cleared: false });
  }

  messageShortcut(
    user: string,
    callback: string,
    channel: Channel,
    message: SlackMessage,
    responseUrl: string,
  ): JsonObject {
    return plain({
      ...this.#common('message_action', user),
      action_ts: this.parts.workspace.clock.ts(),
      callback_id: callback,
      response_url: responseUrl,
      message_ts: message.ts,
      channel: this.#channel(channel),
      message: messageJson(message, this.parts.files),
    });
  }

  globalShortcut(user: string, callback: string): JsonObject {
    return plain({
      ...this.#common('shortcut', user),
      action_ts: this.parts.workspace.clock.ts(),
      callback_id: callback,
    });
  }

  slash(user: string, channel: Channel, command: string, text: string, responseUrl: string): JsonObject {
    return plain({
      token: 'verification-token',
      team_id: team.id,
      team_domain: team.domain,
      enterprise_id: this.enterprise,
      enterprise_name: this.enterprise === undefined ? undefined : 'Riverside group',
      channel_id: channel.id,
      channel_name:
        channel.kind === 'im' ? 'directmessage' : channel.kind === 'private' ? 'privategroup' : channel.name,
      user_id: user,
      user_name: this.parts.workspace.people.get(user)?.name ?? user,
      command,
      text,
      api_app_id: bot.app,
      is_enterprise_install: 'false',
      response_url: responseUrl,
      trigger_id: this.parts.views.trigger(user),
    });
  }

  #common(type: string, user: string): JsonObject {
    const name = this.parts.workspace.people.get(user)?.name ?? user;
    return {
      type,
      team: {
        id: team.id,
        domain: team.domain,
        ...(this.enterprise ? { enterprise_id: this.enterprise } : {}),
      },
      user: { id: user, username: name, name, team_id: team.id },
      api_app_id: bot.app,
      token: 'verification-token',
      trigger_id: this.parts.views.trigger(user),
      enterprise: this.enterprise === undefined ? null : { id: this.enterprise, name: 'Riverside group' },
      is_enterprise_install: false,
    };
  }

  #channel({ id, name, kind }: Channel): JsonObject {
    return { id, name: kind === 'im' ? 'directmessage' : kind === 'private' ? 'privategroup' : name };
  }

  #action({ blockId, element }: FoundElement, chosen: JsonObject): JsonObject {
    return plain({
      action_id: textAt(element, 'action_id'),
      block_id: blockId,
      text: element.text,
      value: element.value,
      placeholder: element.placeholder,
      style: element.style,
      ...chosen,
      type: element.type,
      action_ts: this.parts.workspace.clock.ts(),
    });
  }
}
