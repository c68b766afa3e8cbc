/** A post of ours taken back from Slack, with its files: deleted, or edited to a sentence where deleting is not allowed. */
import type { PostedReply } from './posted-reply.ts';
import type { SlackCalls } from './slack-calls.ts';
import { refusalOf } from './slack-error.ts';

const withdrawnText = 'This answer was taken back: a picture in it was forgotten.';

/** Nothing of it is there any more. */
const gone: ReadonlySet<string> = new Set([
  'message_not_found',
  'channel_not_found',
  'file_not_found',
  'file_deleted',
]);
/** Administrators may keep messages from being deleted. */
const kept: ReadonlySet<string> = new Set([
  'cant_delete_message',
  'compliance_exports_prevent_deletion',
  'restricted_action',
  'not_allowed_token_type',
]);

/** Files first: whoever is stopped in between finds by the post what is left. @throws ChatReidError PLATFORM_* */
export async function withdrawPost(
  calls: SlackCalls,
  { channel, files }: PostedReply,
  ts: string | undefined,
) {
  for (const file of files) await calls.call('files.delete', { file }).catch(unlessGone);
  if (ts === undefined) return;
  try {
    await calls.call('chat.delete', { channel, ts }).catch(unlessGone);
  } catch (error) {
    if (!kept.has(refusalOf(error) ?? '')) throw error;
    await calls.call('chat.update', { channel, ts, text: withdrawnText, blocks: [] }).catch(unlessGone);
  }
}

function unlessGone(error: unknown): void {
  if (!gone.has(refusalOf(error) ?? '')) throw error;
}
