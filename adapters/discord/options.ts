/** What a Discord adapter is built with. */
import type { Asker } from '../../src/conversation/asker.ts';
import type { AdapterWatch } from '../adapter.ts';
import type { GalleryList } from '../gallery-list.ts';
import type { Journal } from '../journal.ts';

/** Somebody who wants to use the bot. */
export interface DiscordAsker {
  /** Without the platform: a snowflake. */
  readonly user: string;
  /** Ids of the member's roles; empty in direct messages. */
  readonly roles: readonly string[];
  /** Of a thread: the thread's. */
  readonly channel: string;
  /** Absent in direct messages. */
  readonly guild?: string;
}

export interface DiscordOptions {
  readonly journal: Journal;
  /** The bot's token; never logged, never in an error. */
  readonly token: string;
  /** Where nobody else may use the bot. Absent: every guild that it was invited to, and direct messages. */
  readonly guilds?: readonly string[];
  /** Members with one of these roles may use it, by whatever way; absent: every member. */
  readonly roles?: readonly string[];
  /** Whether people may write to it directly, whoever they are. Default: where neither `guilds` nor `roles` are given. */
  readonly directMessages?: boolean;
  /** Commands are registered in these guilds, at once; absent: for all, which Discord may take a while to show. */
  readonly commandGuilds?: readonly string[];
  /** Whether somebody may use it here; everybody may by default. */
  readonly mayUse?: (asker: DiscordAsker) => boolean | Promise<boolean>;
  /** Whether somebody may remove a whole talk about a gallery; everybody may by default. */
  readonly mayForget?: (asker: Asker, talk: { readonly gallery: string }) => boolean | Promise<boolean>;
  /** Marks that the access policy names: roles and channels of other servers are not asked for. */
  readonly namedMarks?: readonly string[];
  /** Asks for the privileged intent MessageContent, with which plain messages in a thread go on with its search. Default true. */
  readonly messageContent?: boolean;
  /** Connections to the gateway: `auto` (the default) as many as Discord says. */
  readonly shards?: 'auto' | number;
  /** For completion, `/gallery` and `/status`. */
  readonly galleries?: GalleryList;
  /** What is running, each a sentence that this person may read: the model, the galleries, their pictures. */
  readonly status?: (asker: Asker) => Promise<readonly string[]>;
  /** IANA name of the site's clock; the machine's own by default. */
  readonly timeZone?: string;
  /** What "Tuesday" is read against; the machine's clock by default. */
  readonly now?: () => Date;
  readonly watch?: AdapterWatch;
  /** Of another place than Discord's own: tests. */
  readonly rest?: DiscordRest;
}

export interface DiscordRest {
  /** `https://discord.com/api` */
  readonly api?: string;
  /** Beside Discord's own: hosts that attachments may come from. */
  readonly attachmentHosts?: readonly string[];
  /** Calls are tried again so often where Discord has a fault. Default 3. */
  readonly retries?: number;
  /** Milliseconds. Default 15,000. */
  readonly timeoutMs?: number;
}
