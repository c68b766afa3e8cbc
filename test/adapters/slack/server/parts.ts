/** What the methods of the Web API work with. */
import type { InstalledApp } from './app-manifest.ts';
import type { Faults } from './faults.ts';
import type { FileStore } from './file-store.ts';
import type { JsonObject } from './json.ts';
import type { SlackEvents } from './slack-events.ts';
import type { SocketTransport } from './socket.ts';
import type { ViewStore } from './view-store.ts';
import type { Workspace } from './workspace.ts';

export interface Parts {
  readonly workspace: Workspace;
  readonly files: FileStore;
  readonly views: ViewStore;
  readonly events: SlackEvents;
  readonly faults: Faults;
  readonly sockets: SocketTransport;
  readonly app: InstalledApp;
  /** Scopes that the token has: those of the manifest when the app was installed last. */
  readonly scopes: Set<string>;
  readonly tokens: { readonly bot: string; readonly app: string };
  /** `http://127.0.0.1:4000/` */
  origin(): string;
  /** Messages that one channel takes in a second; undefined where nothing counts. */
  readonly postsPerSecond: number | undefined;
  /** How long Slack looks at a file after its upload, in milliseconds. */
  readonly fileLagMs: number;
  /** Status, title and prompts of assistant threads, by `channel/ts`. */
  readonly assistants: Map<string, AssistantThread>;
}

export interface AssistantThread {
  readonly statuses: string[];
  title: string;
  prompts: readonly JsonObject[];
}

/** A method of the Web API. */
export interface Method {
  /** Any of them is enough; the first is named where none is granted. Empty: none is needed. */
  readonly scopes: readonly string[] | ((args: JsonObject, parts: Parts) => readonly string[]);
  readonly token: 'bot' | 'app';
  /** @throws Refusal */
  run(args: JsonObject, parts: Parts): JsonObject;
}

export type Methods = Readonly<Record<string, Method>>;

/** A scope by the kind of a conversation: `channels:history` and the like. */
export function byConversation(kind: 'history' | 'read'): Method['scopes'] {
  return ({ channel }, { workspace }) => {
    const found = workspace.channels.get(String(channel));
    const family = { public: 'channels', private: 'groups', im: 'im', mpim: 'mpim' }[found?.kind ?? 'public'];
    return [`${family}:${kind}`];
  };
}
