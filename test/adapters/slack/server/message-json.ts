/** Messages as the Web API and events show them. */
import type { FileStore } from './file-store.ts';
import { at, type Json, type JsonObject, plain } from './json.ts';
import { bot, type SlackMessage, team } from './workspace.ts';

export function messageJson(
  message: SlackMessage,
  files: FileStore,
  { metadata = false }: { readonly metadata?: boolean } = {},
): JsonObject {
  const { fromBot, fileIds, edits, threadTs, ts } = message;
  return plain({
    type: 'message',
    subtype: message.subtype,
    user: message.user,
    text: message.text,
    ts,
    client_msg_id: message.clientMsgId,
    team: message.team,
    thread_ts: threadTs,
    parent_user_id: undefined,
    blocks: message.blocks ?? (fromBot ? undefined : richText(message.text)),
    files: fileIds.length === 0 ? undefined : fileIds.map((id) => files.inEvent(id)),
    upload: fileIds.length === 0 ? undefined : false,
    edited: edits.length === 0 ? undefined : { user: message.user, ts },
    metadata: shownMetadata(message.metadata, metadata),
    ...(fromBot ? { bot_id: bot.id, app_id: bot.app, bot_profile: profile } : {}),
  });
}

/** Without `include_all_metadata` only its type is shown. */
function shownMetadata(metadata: Json | undefined, whole: boolean): Json | undefined {
  if (metadata === undefined || whole) return metadata;
  return { event_type: at(metadata, 'event_type') ?? '' };
}

const profile = {
  id: bot.id,
  deleted: false,
  name: bot.name,
  updated: 1_779_000_000,
  app_id: bot.app,
  team_id: team.id,
};

/** What people write arrives as rich text beside the plain one. */
function richText(text: string): Json {
  if (text === '') return [];
  return [
    {
      type: 'rich_text',
      block_id: 'rt',
      elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
    },
  ];
}
