/** Pictures by their id, made anew for the page: never the bytes that somebody sent, never what hides behind them. */
import { type Context, Hono } from 'hono';
import type { Conversations } from '../../src/conversation/conversations.ts';
import { fittedPicture, inspectPicture, readPictureFile } from '../../src/foundation/picture.ts';
import type { TalkAccess } from './talk-access.ts';
import { talkId } from './talk-id.ts';
import { askerOf, type WebEnv } from './web-user.ts';

const sizes = { card: { width: 320, height: 640 }, large: { width: 1600, height: 1600 } } as const;

export function pictureRoutes(conversations: Conversations, access: TalkAccess): Hono<WebEnv> {
  const routes = new Hono<WebEnv>();
  const one = '/:id{[0-9a-f]{64}}';
  /** `?talk=`: the talk that it is shown in, which pictures that were sent can only be seen with. */
  const pathOf = async (context: Context<WebEnv>, id: string) => {
    const { user } = context.var;
    const talk = context.req.query('talk') ?? '';
    const conversation = talkId.test(talk) ? await access.open(user, talk) : undefined;
    return conversations.picturePath(id, askerOf(user, conversation));
  };

  routes.get(`${one}/:size{card|large}`, async (context) => {
    const { id, size } = context.req.param();
    // Asked for before the browser's copy is trusted: what was forgotten is not shown from a cache.
    const path = await pathOf(context, id!);
    const tag = `"${id!.slice(0, 24)}-${size}"`;
    context.header('etag', tag);
    context.header('cache-control', 'private, no-cache');
    if (context.req.header('if-none-match') === tag) return context.body(null, 304);
    const box = sizes[size as keyof typeof sizes];
    const fitted = await fittedPicture(await readPictureFile(path), { ...box, enlarge: false });
    const bytes = await fitted.jpeg({ quality: 88 }).toBuffer();
    context.header('content-type', 'image/jpeg');
    return context.body(new Uint8Array(bytes));
  });

  /** Pixels, upright: where people stand in a frame is said in these. */
  routes.get(`${one}/measures`, async (context) => {
    const path = await pathOf(context, context.req.param('id'));
    const { width, height } = await inspectPicture(await readPictureFile(path));
    return context.json({ width, height });
  });

  return routes;
}
