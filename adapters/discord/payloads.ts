/** What comes from Discord, checked and cut down to what is used: the journal keeps this, and answers can be made of it again. */
import { z } from 'zod';

const snowflake = z.string().regex(/^\d{1,20}$/);

const user = z.object({ id: snowflake, bot: z.boolean().optional() });
const member = z.object({ user: user.optional(), roles: z.array(snowflake).default([]) });

export const attachmentSchema = z.object({
  id: snowflake,
  filename: z.string().default('picture'),
  size: z.number().default(0),
  url: z.string(),
  content_type: z.string().nullish(),
});

export const messageSchema = z.object({
  id: snowflake,
  channel_id: snowflake,
  channel_type: z.number().optional(),
  guild_id: snowflake.optional(),
  type: z.number().default(0),
  author: user,
  webhook_id: snowflake.optional(),
  member: member.optional(),
  content: z.string().default(''),
  attachments: z.array(attachmentSchema).default([]),
  mentions: z.array(user).default([]),
  flags: z.number().default(0),
});

const option = z.object({
  name: z.string(),
  type: z.number(),
  value: z.union([z.string(), z.number(), z.boolean()]).optional(),
  focused: z.boolean().optional(),
});

export const interactionSchema = z.object({
  id: snowflake,
  application_id: snowflake,
  /** 2 a command, 3 a button or menu, 4 autocomplete. */
  type: z.number(),
  token: z.string(),
  guild_id: snowflake.optional(),
  channel_id: snowflake,
  channel: z.object({ id: snowflake, type: z.number(), parent_id: snowflake.nullish() }).optional(),
  member: member.optional(),
  user: user.optional(),
  attachment_size_limit: z.number().optional(),
  message: z.object({ id: snowflake, flags: z.number().default(0) }).optional(),
  data: z
    .object({
      name: z.string().optional(),
      /** Of a command: 1 slash, 3 on a message. */
      type: z.number().optional(),
      options: z.array(option).default([]),
      target_id: snowflake.optional(),
      custom_id: z.string().optional(),
      values: z.array(z.string()).default([]),
      resolved: z
        .object({
          attachments: z.record(z.string(), attachmentSchema).default({}),
          messages: z
            .record(
              z.string(),
              messageSchema.pick({ id: true, attachments: true }).partial({ attachments: true }),
            )
            .default({}),
        })
        .default({ attachments: {}, messages: {} }),
    })
    .default({ options: [], values: [], resolved: { attachments: {}, messages: {} } }),
});

export type DiscordAttachment = z.infer<typeof attachmentSchema>;
export type DiscordMessage = z.infer<typeof messageSchema>;
export type DiscordInteraction = z.infer<typeof interactionSchema>;

export const interactionTypes = { command: 2, component: 3, autocomplete: 4 } as const;
export const commandTypes = { slash: 1, message: 3 } as const;
export const callbackTypes = { message: 4, deferred: 5, deferredUpdate: 6, choices: 8 } as const;
export const ephemeral = 64;
/** Bit of a message's flags: a thread was opened under it. */
export const hasThread = 32;

const threads: ReadonlySet<number | undefined> = new Set([10, 11, 12]);

/** Whether a channel of this type is a thread. */
export function isThreadType(type: number | undefined): boolean {
  return threads.has(type);
}

/** Who did it; undefined where Discord does not say. */
export function userOf({ member, user }: Pick<DiscordInteraction, 'member' | 'user'>): string | undefined {
  return (member?.user ?? user)?.id;
}
