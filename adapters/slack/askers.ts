/** What Slack says of whoever asks: their workspace, themselves, the channel, the user groups that they are in. */
import type { Asker } from '../../src/conversation/asker.ts';
import { slackPrefix, userName } from './conversation-names.ts';
import type { Me, Person } from './incoming.ts';
import type { UserGroups } from './user-groups.ts';

/** Channels, private ones and direct messages; a person's id may stand where a channel's does. */
const channelId = /^[CGD]/;

export class Askers {
  constructor(
    private readonly me: Pick<Me, 'team'>,
    private readonly groups: Pick<UserGroups, 'of'>,
  ) {}

  /** @param channel where they ask; absent on the home tab */
  async of({ user, team }: Person, channel?: string): Promise<Asker> {
    const ours = `${slackPrefix}${this.me.team}/`;
    const name = userName(team, user);
    // Of a workspace that a channel is shared with, the groups are not to be had.
    const groups = team === this.me.team ? await this.groups.of(user) : [];
    return {
      user: name,
      marks: [
        name,
        slackPrefix + team,
        ...(channel !== undefined && channelId.test(channel) ? [ours + channel] : []),
        ...groups.map((group) => ours + group),
      ],
    };
  }
}

/** Of the marks that a policy names, the user groups of one workspace. */
export function groupsNamed(marks: readonly string[], team: string): string[] {
  const ours = `${slackPrefix}${team}/`;
  return marks.flatMap((mark) => {
    const id = mark.startsWith(ours) ? mark.slice(ours.length) : '';
    return /^S[A-Z0-9]+$/.test(id) ? [id] : [];
  });
}
