/** An embed as Discord takes it. */
import { z } from 'zod';
import { limits } from '../limits.ts';

const { embed } = limits;

/** https, http, or a file of the same message. */
export const mediaUrl = z
  .string()
  .max(2048)
  .regex(/^(https?|attachment):\/\//, "Scheme must be one of ('http', 'https', 'attachment').");
const webUrl = z
  .string()
  .max(2048)
  .regex(/^https?:\/\//, 'Not a well formed URL.');

export const embedBody = z.object({
  type: z.literal('rich').optional(),
  title: z.string().max(embed.title).nullish(),
  description: z.string().max(embed.description).nullish(),
  url: webUrl.nullish(),
  timestamp: z.iso.datetime({ offset: true }).nullish(),
  color: z.int().min(0).max(0xffffff).nullish(),
  footer: z.object({ text: z.string().min(1).max(embed.footer), icon_url: mediaUrl.nullish() }).nullish(),
  image: z.object({ url: mediaUrl }).nullish(),
  thumbnail: z.object({ url: mediaUrl }).nullish(),
  author: z
    .object({
      name: z.string().min(1).max(embed.author),
      url: webUrl.nullish(),
      icon_url: mediaUrl.nullish(),
    })
    .nullish(),
  fields: z
    .array(
      z.object({
        name: z.string().trim().min(1).max(embed.fieldName),
        value: z.string().trim().min(1).max(embed.fieldValue),
        inline: z.boolean().nullish(),
      }),
    )
    .max(embed.fields)
    .nullish(),
});

export type EmbedBody = z.output<typeof embedBody>;

/** Characters that count against the limit of a message. */
export function embedLength({ title, description, footer, author, fields }: EmbedBody): number {
  const texts = [title, description, footer?.text, author?.name];
  for (const { name, value } of fields ?? []) texts.push(name, value);
  return texts.reduce((sum, text) => sum + (text?.length ?? 0), 0);
}

/** Files that an embed shows: `attachment://sheet.png` names one. */
export function embedFiles({ image, thumbnail, footer, author }: EmbedBody): readonly string[] {
  return [image?.url, thumbnail?.url, footer?.icon_url, author?.icon_url].flatMap((url) =>
    url?.startsWith('attachment://') ? [url.slice('attachment://'.length)] : [],
  );
}
