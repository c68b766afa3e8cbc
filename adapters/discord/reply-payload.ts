/** A reply as a message of Discord's: one embed, the contact sheet, rows of buttons and menus. */
import type { Reply } from '../../src/conversation/reply.ts';
import type { Act } from '../../src/conversation/act.ts';
import { discordLimits } from './limits.ts';
import { cut, escaped, plain } from './markdown.ts';
import { componentRows, type Row } from './reply-components.ts';
import { type Embed, embedOf, markerOf, sheetName } from './reply-embed.ts';

export interface PayloadFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** For who does not see it. */
  readonly description: string;
}

export interface Payload {
  readonly body: {
    readonly content: string;
    readonly embeds: readonly Embed[];
    readonly components: readonly Row[];
    readonly allowed_mentions: typeof nobody;
  };
  readonly files: readonly PayloadFile[];
}

/** Whatever words a message repeats, nobody is called by it. */
export const nobody = { parse: [], replied_user: false } as const;

export interface Pictures {
  /** Contact sheet of the answer. */
  readonly sheet?: Uint8Array;
  /** People of whom one is to be chosen, in their order. */
  readonly people?: readonly PayloadFile[];
}

export interface PayloadOptions {
  readonly pictures: Pictures;
  /** How to go on, in one sentence. */
  readonly hint: string;
  encode(act: Act): Promise<string>;
}

export async function replyPayload(reply: Reply, options: PayloadOptions): Promise<Payload> {
  const { sheet, people = [] } = options.pictures;
  const files = [
    ...(sheet === undefined ? [] : [{ name: sheetName, bytes: sheet, description: sheetWords(reply) }]),
    ...people,
  ].slice(0, discordLimits.files);
  return {
    body: {
      content: '',
      embeds: [embedOf(reply, { hint: options.hint, withSheet: sheet !== undefined })],
      components: await componentRows(reply, options.encode),
      allowed_mentions: nobody,
    },
    files,
  };
}

/** What is left where Discord does not take the rest: the sentences. */
export function barePayload(reply: Reply): Payload {
  const { error, text, to } = reply;
  const sentences = [...(error ? [`${error.message} ${error.next}`] : []), ...text];
  const said = sentences.length > 0 ? sentences.join('\n') : (reply.line ?? 'Done.');
  const ref = `\n-# ${markerOf(to)}`;
  const content = cut(escaped(said), discordLimits.content - ref.length) + ref;
  return { body: { content, embeds: [], components: [], allowed_mentions: nobody }, files: [] };
}

/** A message of the bot's own, which answers nothing that was searched. */
export function notePayload(paragraphs: readonly string[], colour = 0x5865f2): Payload {
  const description = cut(paragraphs.join('\n'), discordLimits.embed.description);
  return {
    body: {
      content: '',
      embeds: [{ color: colour, description }],
      components: [],
      allowed_mentions: nobody,
    },
    files: [],
  };
}

function sheetWords({ answer, line }: Reply): string {
  const count = answer?.cards.length ?? 0;
  const words = `Contact sheet of ${count} candidates${line ? ` for ${line}` : ''}`;
  return cut(plain(words), discordLimits.altText);
}
