/** Pictures of the message under which the bot is called: "who is this?" below a photo means that photo. */
import { z } from 'zod';
import type { Conversations } from '../../src/conversation/conversations.ts';
import { asChatReidError } from '../../src/foundation/error.ts';
import { conversationName, isDirect, type Place } from './conversation-names.ts';
import { type Me, type SlackFile, slackFile } from './incoming.ts';
import type { SlackCalls } from './slack-calls.ts';

export interface PicturesAboveParts {
  readonly calls: SlackCalls;
  readonly conversations: Pick<Conversations, 'state'>;
  readonly me: Me;
}

const replies = z.object({
  messages: z.array(
    z.object({ ts: z.string(), bot_id: z.string().nullish(), files: z.array(slackFile).nullish() }),
  ),
});

export class PicturesAbove {
  constructor(private readonly parts: PicturesAboveParts) {}

  /**
   * Of the first message of a thread, where its talk begins with the message at `ts`: later ones mean what was found.
   *
   * @throws ChatReidError PLATFORM_BUSY, PLATFORM_UNREACHABLE, CANCELLED: another try may find them
   */
  async of({ channel, thread }: Place, ts: string, talk: Place): Promise<readonly SlackFile[]> {
    if (thread === undefined || thread === ts || isDirect(channel)) return [];
    const { calls, conversations, me } = this.parts;
    if ((await conversations.state(conversationName(me.team, talk))) !== undefined) return [];
    try {
      const answer = await calls.call('conversations.replies', { channel, ts: thread, limit: 1 });
      const first = replies.parse(answer).messages.find((one) => one.ts === thread);
      // Our own pictures are answers.
      return first?.bot_id === me.botId ? [] : (first?.files ?? []).filter(mayBePicture);
    } catch (error) {
      const known = asChatReidError(error, 'looking at the message above');
      // Without the right to read there, or with the message gone, the words stand alone.
      if (known.code === 'PLATFORM_REFUSED' || known.code === 'INTERNAL') return [];
      throw known;
    }
  }
}

/** Of a channel that is shared with another workspace, only the id is told. */
function mayBePicture({ mimetype, mode, file_access }: SlackFile): boolean {
  if (file_access === 'check_file_info') return true;
  return mimetype?.startsWith('image/') === true && (mode === undefined || mode === 'hosted');
}
