/** Events that the app subscribed to, wrapped as the Events API wraps them. */
import type { InstalledApp } from './app-manifest.ts';
import type { Clock } from './clock.ts';
import type { Courier, Delivery, Handling } from './courier.ts';
import type { FileStore } from './file-store.ts';
import { type JsonObject, plain, textAt } from './json.ts';
import { messageJson } from './message-json.ts';
import { bot, type Channel, type Change, team, type Workspace } from './workspace.ts';

const families = { public: 'channels', private: 'groups', im: 'im', mpim: 'mpim' } as const;
const channelTypes = { public: 'channel', private: 'group', im: 'im', mpim: 'mpim' } as const;

export class SlackEvents {
  constructor(
    private readonly workspace: Workspace,
    private readonly files: FileStore,
    private readonly app: InstalledApp,
    private readonly scopes: ReadonlySet<string>,
    private readonly clock: Clock,
    private readonly courier: Courier,
    private readonly enterprise: string | undefined,
  ) {}

  /** Tells the app what happened to a message, where it is subscribed and in the channel. */
  async tell(change: Change, handling: Handling = {}): Promise<readonly Delivery[]> {
    const { message } = change;
    const channel = this.workspace.channel(message.channel);
    if (!channel.members.has(bot.user)) return this.#mention(change, channel, handling);
    const both = [this.#message(change, channel, handling), this.#mention(change, channel, handling)];
    return (await Promise.all(both)).flat();
  }

  /** @param name the subscription: `app_home_opened`, `message.im` @param scope that it needs */
  async send(
    event: JsonObject,
    { name, scope, channel }: { readonly name: string; readonly scope?: string; readonly channel?: Channel },
    handling: Handling = {},
  ): Promise<readonly Delivery[]> {
    if (!this.app.events.has(name) || (scope !== undefined && !this.scopes.has(scope))) return [];
    return this.courier.deliver({ kind: 'events_api', body: this.wrap(event, channel) }, handling);
  }

  wrap(event: JsonObject, channel?: Channel): JsonObject {
    const enterprise = this.enterprise ?? null;
    return plain({
      token: 'verification-token',
      team_id: team.id,
      enterprise_id: this.enterprise,
      context_team_id: team.id,
      context_enterprise_id: enterprise,
      api_app_id: bot.app,
      event,
      type: 'event_callback',
      event_id: this.clock.id('Ev'),
      event_time: this.clock.seconds(),
      authorizations: [
        {
          enterprise_id: enterprise,
          team_id: team.id,
          user_id: bot.user,
          is_bot: true,
          is_enterprise_install: false,
        },
      ],
      is_ext_shared_channel: channel?.shared ?? false,
      event_context: `4-${this.clock.id('EC')}`,
    });
  }

  async #message(change: Change, channel: Channel, handling: Handling): Promise<readonly Delivery[]> {
    const family = families[channel.kind];
    const subscription = { name: `message.${family}`, scope: `${family}:history`, channel };
    return this.send(this.#messageEvent(change, channel), subscription, handling);
  }

  #messageEvent(change: Change, channel: Channel): JsonObject {
    const { message } = change;
    const shown = messageJson(message, this.files);
    const where = { channel: channel.id, channel_type: channelTypes[channel.kind] };
    if (change.kind === 'posted') return { ...shown, ...where, event_ts: message.ts };
    const eventTs = this.clock.ts();
    if (change.kind === 'edited')
      return plain({
        type: 'message',
        subtype: 'message_changed',
        hidden: true,
        message: { ...shown, source_team: message.team, user_team: message.team },
        previous_message: change.before,
        ...where,
        ts: eventTs,
        event_ts: eventTs,
      });
    return plain({
      type: 'message',
      subtype: 'message_deleted',
      hidden: true,
      deleted_ts: message.ts,
      previous_message: change.before,
      ...where,
      ts: eventTs,
      event_ts: eventTs,
    });
  }

  /** A mention is an event of its own, beside the message's; in a direct conversation there is none. */
  async #mention(change: Change, channel: Channel, handling: Handling): Promise<readonly Delivery[]> {
    const { message } = change;
    if (change.kind !== 'posted' || channel.kind === 'im' || message.fromBot) return [];
    if (!message.text.includes(`<@${bot.user}>`)) return [];
    const { subtype: _subtype, ...shown } = messageJson(message, this.files);
    const event = { ...shown, type: 'app_mention', channel: channel.id, event_ts: message.ts };
    return this.send(event, { name: 'app_mention', scope: 'app_mentions:read', channel }, handling);
  }
}

/** The event that a delivery brought: `message`, `block_actions`, `/find`. */
export function kindOf({ parcel }: Delivery): string {
  const { body } = parcel;
  return textAt(body, 'event', 'type') || textAt(body, 'type') || textAt(body, 'command');
}
