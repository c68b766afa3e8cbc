/** What a bot posts or edits, as Discord takes it. */
import { z } from 'zod';
import { limits } from '../limits.ts';
import { everyComponent, laidOutComponents, plainComponents, refuseTwins } from './component.ts';
import { embedBody, embedLength } from './embed.ts';

export const flag = {
  ephemeral: 1 << 6,
  loading: 1 << 7,
  hasThread: 1 << 5,
  suppressEmbeds: 1 << 2,
  laidOut: 1 << 15,
};

const parts = {
  content: z.string().max(limits.content).nullish(),
  embeds: z.array(embedBody).max(limits.embeds).nullish(),
  allowed_mentions: z
    .object({
      parse: z.array(z.enum(['roles', 'users', 'everyone'])).optional(),
      roles: z.array(z.string()).max(100).optional(),
      users: z.array(z.string()).max(100).optional(),
      replied_user: z.boolean().optional(),
    })
    .nullish(),
  flags: z.int().min(0).nullish(),
  attachments: z
    .array(
      z.object({
        /** A number names a file of this request, a snowflake one that the message has. */
        id: z.union([z.string(), z.int()]).transform(String),
        filename: z.string().max(1024).optional(),
        description: z.string().max(limits.fileDescription).nullish(),
      }),
    )
    .max(limits.files)
    .nullish(),
  nonce: z
    .union([z.string().max(limits.nonce), z.int()])
    .transform(String)
    .nullish(),
  enforce_nonce: z.boolean().nullish(),
  message_reference: z
    .object({
      message_id: z.string(),
      channel_id: z.string().optional(),
      guild_id: z.string().optional(),
      fail_if_not_exists: z.boolean().optional(),
      type: z.int().optional(),
    })
    .nullish(),
};

const plainMessage = z.object({ ...parts, components: plainComponents.nullish() });
const laidOutMessage = z.object({ ...parts, components: laidOutComponents.nullish() });

export type MessageBody = z.output<typeof laidOutMessage>;

/** @param laidOut whether the message already has the flag IS_COMPONENTS_V2, which cannot be taken away */
export function messageBody(body: unknown, laidOut: boolean): z.ZodType<MessageBody> {
  const flags: unknown = typeof body === 'object' && body !== null && 'flags' in body ? body.flags : 0;
  const v2 = laidOut || (typeof flags === 'number' && (flags & flag.laidOut) !== 0);
  return (v2 ? laidOutMessage : plainMessage).superRefine((message, ctx) => {
    const refuse = (path: string, code: string, text: string) =>
      ctx.addIssue({ code: 'custom', path: [path], params: { code }, message: text });
    const length = (message.embeds ?? []).reduce((sum, embed) => sum + embedLength(embed), 0);
    if (length > limits.embed.total)
      refuse('embeds', 'MAX_EMBED_SIZE_EXCEEDED', `Embed size exceeds maximum size of ${limits.embed.total}`);
    refuseTwins(message.components ?? [], ctx);
    if (message.enforce_nonce && !message.nonce)
      refuse('nonce', 'BASE_TYPE_REQUIRED', 'enforce_nonce needs a nonce');
    if (v2) refuseTooMuch(message, refuse);
  });
}

function refuseTooMuch(
  message: MessageBody,
  refuse: (path: string, code: string, text: string) => void,
): void {
  if (message.content || message.embeds?.length)
    refuse(
      message.content ? 'content' : 'embeds',
      'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
      'The message has the flag IS_COMPONENTS_V2, and cannot have content or embeds',
    );
  const every = everyComponent(message.components ?? []);
  const text = every.reduce((sum, part) => sum + (part.type === 10 ? part.content.length : 0), 0);
  if (every.length > limits.laidOut.components)
    refuse('components', 'COMPONENT_MAX_TOTAL_COMPONENTS', 'A message has at most 40 components');
  if (text > limits.laidOut.text)
    refuse('components', 'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED', 'Texts exceed 4000 characters');
}
