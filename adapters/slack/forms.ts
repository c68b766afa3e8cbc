/** Opens the forms: Slack gives three seconds from the press. */
import type { Asker } from '../../src/conversation/asker.ts';
import type { Conversations } from '../../src/conversation/conversations.ts';
import type { GalleryList } from '../gallery-list.ts';
import { conversationName, type Place } from './conversation-names.ts';
import { formView } from './filters-view.ts';
import type { Me } from './incoming.ts';
import type { SlackCalls } from './slack-calls.ts';

export class Forms {
  constructor(
    private readonly parts: {
      readonly calls: SlackCalls;
      readonly conversations: Conversations;
      readonly galleries: GalleryList | undefined;
      readonly me: Me;
    },
  ) {}

  /** @param place where it was asked for; absent on the home tab. @throws ChatReidError PLATFORM_* */
  async open(
    kind: 'find' | 'filters',
    trigger: string,
    place: Place | undefined,
    asker: Asker,
  ): Promise<void> {
    const { calls, conversations, galleries, me } = this.parts;
    const [state, listed] = await Promise.all([
      kind === 'filters' && place ? conversations.state(conversationName(me.team, place), asker) : undefined,
      galleries?.list(asker) ?? [],
    ]);
    const view = formView({
      kind,
      galleries: listed,
      ...(place ? { place } : {}),
      ...(state ? { state } : {}),
    });
    await calls.call('views.open', { trigger_id: trigger, view }, { tries: 1 });
  }
}
