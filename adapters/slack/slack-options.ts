/** What the Slack adapter is given: secrets as strings, by who reads the configuration. */
import type { AdapterWatch } from '../adapter.ts';
import type { GalleryList } from '../gallery-list.ts';
import type { Journal } from '../journal.ts';
import type { SlackLimits } from './limits.ts';

export type SlackConnection =
  /** Slack is called; nothing of ours can be reached from outside. `appToken`: `xapp-…` with connections:write. */
  | { readonly kind: 'socket'; readonly appToken: string }
  /** Slack calls: events, commands and presses, all at one address. */
  | {
      readonly kind: 'http';
      readonly signingSecret: string;
      /** 0 takes any that is free. */
      readonly port: number;
      /** All addresses by default. */
      readonly host?: string;
      /** `/slack/events` by default. */
      readonly path?: string;
    };

export interface SlackOptions {
  readonly journal: Journal;
  /** `xoxb-…` */
  readonly botToken: string;
  readonly connection: SlackConnection;
  /** IANA name of the site's clock. */
  readonly timeZone: string;
  readonly now?: () => Date;
  /** For the home tab and the form for filters; without it neither shows any. */
  readonly galleries?: GalleryList;
  /** Workspaces whose people may search too, where a channel is shared with them: `T0…`. None by default. */
  readonly allowTeams?: readonly string[];
  /** Marks that the access policy names: only user groups among them are asked for. */
  readonly namedMarks?: readonly string[];
  readonly watch?: AdapterWatch;
  /** `https://slack.com/api/` by default. */
  readonly apiUrl?: string;
  /** Where pictures are kept beside the hosts of `apiUrl`, as names or `*.name`. */
  readonly fileHosts?: readonly string[];
  readonly limits?: Partial<SlackLimits>;
}

/** Slack's hosts: the token and answers are sent nowhere else. */
export function slackHosts({
  apiUrl = 'https://slack.com/api/',
  fileHosts = [],
}: Pick<SlackOptions, 'apiUrl' | 'fileHosts'>): readonly string[] {
  const { hostname } = new URL(apiUrl);
  return [hostname, `*.${hostname}`, ...fileHosts];
}
