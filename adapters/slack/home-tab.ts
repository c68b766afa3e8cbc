/** The home tab of each person: published when it is opened; it lists the searches that the person took part in. */
import type { Conversations } from '../../src/conversation/conversations.ts';
import { helpText } from '../../src/conversation/replies/help-text.ts';
import type { GalleryList } from '../gallery-list.ts';
import type { Journal } from '../journal.ts';
import { Lanes } from '../lanes.ts';
import type { Askers } from './askers.ts';
import { slackPrefix } from './conversation-names.ts';
import { homeView } from './home-view.ts';
import type { Me, Person } from './incoming.ts';
import { shownLimits } from './limits.ts';
import type { SlackCalls } from './slack-calls.ts';

export interface HomeTabParts {
  readonly calls: SlackCalls;
  readonly journal: Journal;
  readonly conversations: Conversations;
  readonly galleries: GalleryList | undefined;
  readonly askers: Askers;
  readonly me: Me;
  readonly workspaceUrl: string;
}

export class HomeTab {
  readonly #lanes = new Lanes();

  constructor(private readonly parts: HomeTabParts) {}

  async show({ user, team }: Person): Promise<void> {
    const { calls, conversations, galleries, askers, me, workspaceUrl } = this.parts;
    const [mine, talks, listed] = await Promise.all([
      this.#talksOf({ user, team }),
      conversations.list(`${slackPrefix}${me.team}/`),
      galleries ? askers.of({ user, team }).then((asker) => galleries.list(asker)) : [],
    ]);
    // What others look for, perhaps in a channel that this person cannot see, is nobody else's business.
    const own = talks.filter(({ conversation }) => mine.includes(conversation));
    const view = homeView({ talks: own, galleries: listed, help: helpText, workspaceUrl });
    await calls.call('views.publish', { user_id: user, view });
  }

  /** Somebody took part in a talk. */
  note(by: Person, conversation: string): Promise<void> {
    const fact = factOf(by);
    return this.#lanes.run(fact, async () => {
      const before = await this.#talksOf(by);
      if (before[0] === conversation) return;
      const after = [conversation, ...before.filter((one) => one !== conversation)];
      await this.parts.journal.remember(fact, after.slice(0, shownLimits.searches * 3));
    });
  }

  async #talksOf(by: Person): Promise<string[]> {
    const kept = await this.parts.journal.recall(factOf(by));
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : [];
  }
}

function factOf({ team, user }: Person): string {
  return `talks ${team}/${user}`;
}
