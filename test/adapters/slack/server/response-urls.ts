/** Addresses that an interaction brings, for answers to it: five times within half an hour. */
import { randomUUID } from 'node:crypto';
import { deleteAsBot, editAsBot, postAsBot, whisper } from './chat-methods.ts';
import { type JsonObject, textAt } from './json.ts';
import { limits } from './limits.ts';
import { checkMessage } from './message-rules.ts';
import type { Parts } from './parts.ts';
import { Refusal } from './refusal.ts';
import { bot } from './workspace.ts';

/** What an interaction was about. */
export interface Occasion {
  readonly channel: string;
  readonly user: string;
  /** The message that was pressed in, where it was one. */
  readonly ts?: string;
  readonly threadTs?: string;
}

export class ResponseUrls {
  readonly #known = new Map<string, { readonly occasion: Occasion; readonly until: number; uses: number }>();

  /** @param path below the server's origin */
  add(occasion: Occasion): string {
    const path = `response/${randomUUID()}`;
    const until = Date.now() + limits.responseUrl.minutes * 60_000;
    this.#known.set(path, { occasion, until, uses: 0 });
    return path;
  }

  expire(path: string): void {
    this.#known.delete(path);
  }

  /** @throws Refusal expired_url, used_url, invalid_blocks ... */
  use(path: string, args: JsonObject, parts: Parts): void {
    const known = this.#known.get(path);
    if (known === undefined || known.until < Date.now()) throw new Refusal('expired_url');
    if (known.uses >= limits.responseUrl.uses) throw new Refusal('used_url');
    known.uses++;
    this.#answer(known.occasion, args, parts);
  }

  #answer({ channel: id, user, ts, threadTs }: Occasion, args: JsonObject, parts: Parts): void {
    const channel = parts.workspace.channel(id);
    const ephemeral = parts.workspace.ephemerals.find((one) => one.ts === ts && !one.deleted);
    const message = channel.messages.find((one) => one.ts === ts && !one.deleted && one.fromBot);
    if (args.delete_original === true) {
      if (ephemeral !== undefined) ephemeral.deleted = true;
      else if (message !== undefined) deleteAsBot(message, parts);
      return;
    }
    checkMessage(args, (file) => parts.files.shows(file));
    if (args.replace_original === true && ephemeral !== undefined) {
      ephemeral.text = textAt(args, 'text');
      if (args.blocks !== undefined) ephemeral.blocks = args.blocks;
      ephemeral.edits++;
      return;
    }
    if (args.replace_original === true && message !== undefined) {
      editAsBot(message, args, parts);
      return;
    }
    const thread = textAt(args, 'thread_ts') || threadTs || '';
    const placed = thread === '' ? args : { ...args, thread_ts: thread };
    if (args.response_type !== 'in_channel') {
      whisper(channel, user, placed, parts);
      return;
    }
    postAsBot(
      channel,
      {
        user: bot.user,
        text: textAt(args, 'text'),
        ...(args.blocks === undefined ? {} : { blocks: args.blocks }),
        ...(thread === '' ? {} : { threadTs: thread }),
      },
      parts,
    );
  }
}
