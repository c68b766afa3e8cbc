/** files.*: an upload in three steps, what is known of a file, deletion. */
import { postAsBot, writable } from './chat-methods.ts';
import { isList, isObject, type JsonObject, plain, textAt } from './json.ts';
import { checkMessage } from './message-rules.ts';
import { limits } from './limits.ts';
import type { Methods, Parts } from './parts.ts';
import { Refusal } from './refusal.ts';
import type { StoredFile } from './file-store.ts';
import { bot } from './workspace.ts';

export const fileMethods: Methods = {
  'files.getUploadURLExternal': {
    scopes: ['files:write'],
    token: 'bot',
    run(args, { files, origin }) {
      const length = Number(args.length);
      const name = textAt(args, 'filename');
      if (name === '' || !Number.isInteger(length) || length < 1) throw new Refusal('invalid_arguments');
      if (length > limits.file.bytes) throw new Refusal('file_upload_size_restricted');
      const altText = textAt(args, 'alt_text') || textAt(args, 'alt_txt');
      if (altText.length > limits.block.altText) throw new Refusal('alt_text_too_long');
      const file = files.add({ name, user: bot.user, declaredLength: length, altText });
      return { ok: true, upload_url: `${origin()}upload/v1/${file.id}`, file_id: file.id };
    },
  },
  'files.completeUploadExternal': {
    scopes: ['files:write'],
    token: 'bot',
    run(args, parts) {
      const wanted = isList(args.files) ? args.files.filter(isObject) : [];
      if (wanted.length === 0)
        throw new Refusal('invalid_arguments', ['[ERROR] missing required field: files']);
      if (wanted.length > limits.file.perUpload) throw new Refusal('too_many_files');
      const files = wanted.map((one) => uploaded(textAt(one, 'id'), parts));
      for (const [i, file] of files.entries()) {
        const title = textAt(wanted[i], 'title');
        if (title !== '') file.title = title.slice(0, limits.file.title);
        file.completed = true;
        file.readyAt = performance.now() + parts.fileLagMs;
      }
      const channels = [textAt(args, 'channel_id'), ...textAt(args, 'channels').split(',')].filter(Boolean);
      for (const id of channels) share(id, files, args, parts);
      // The answer comes before the message is there: it never says where a file is shared.
      return { ok: true, files: files.map((file) => ({ ...parts.files.json(file), shares: {} })) };
    },
  },
  'files.info': {
    scopes: ['files:read'],
    token: 'bot',
    run(args, { files }) {
      const file = files.file(textAt(args, 'file'));
      return plain({
        ok: true,
        file: files.json(file),
        comments: [],
        response_metadata: { next_cursor: '' },
      });
    },
  },
  'files.delete': {
    scopes: ['files:write'],
    token: 'bot',
    run(args, { files }) {
      const file = files.file(textAt(args, 'file'));
      if (file.user !== bot.user) throw new Refusal('cant_delete_file');
      file.deleted = true;
      delete file.bytes;
      return { ok: true };
    },
  },
};

function uploaded(id: string, { files }: Parts): StoredFile {
  const file = files.find(id);
  if (file === undefined || file.bytes === undefined) throw new Refusal('file_not_found');
  if (file.completed) throw new Refusal('file_update_failed');
  if (file.bytes.length !== file.declaredLength) throw new Refusal('file_upload_size_mismatch');
  return file;
}

function share(id: string, files: readonly StoredFile[], args: JsonObject, parts: Parts): void {
  const thread = textAt(args, 'thread_ts');
  const channel = writable({ channel: id, ...(thread === '' ? {} : { thread_ts: thread }) }, parts);
  const comment = textAt(args, 'initial_comment');
  if (comment === '' && args.blocks !== undefined) checkMessage(args, (file) => parts.files.shows(file));
  const message = postAsBot(
    channel,
    {
      user: bot.user,
      text: comment,
      ...(comment === '' && args.blocks !== undefined ? { blocks: args.blocks } : {}),
      ...(thread === '' ? {} : { threadTs: thread }),
      subtype: 'file_share',
      fileIds: files.map((file) => file.id),
    },
    parts,
  );
  for (const file of files)
    file.shares.push({ channel: channel.id, ts: message.ts, ...(thread === '' ? {} : { threadTs: thread }) });
}
