/** The whole server as one function of a request: guards first, then the routes. */
import { Hono } from 'hono';
import type { Conversations } from '../../src/conversation/conversations.ts';
import { readPictureFile } from '../../src/foundation/picture.ts';
import type { Refusals } from '../refusal.ts';
import type { GalleryAccess } from './gallery-access.ts';
import { galleryRoutes } from './gallery-routes.ts';
import { browserRules, ownHostOnly, ownPageOnly, signedInOnly, statedLength } from './guard.ts';
import { invalid, jsonError } from './json-error.ts';
import type { WebLimits } from './limits.ts';
import { PageFiles } from './page-files.ts';
import { pictureRoutes } from './picture-routes.ts';
import type { Running } from './running.ts';
import { SignIn } from './sign-in.ts';
import { type MayOpen, TalkAccess } from './talk-access.ts';
import type { TalkEvents } from './talk-events.ts';
import { talkRoutes } from './talk-routes.ts';
import { askerOf, prefixOf, type WebEnv, type WebToken } from './web-user.ts';

/** Anybody may send this much without the token. */
const signInBytes = 4096;

export interface WebAppParts {
  readonly conversations: Conversations;
  readonly galleries: GalleryAccess;
  readonly events: TalkEvents;
  readonly limits: WebLimits;
  readonly timeZone: string;
  readonly now: () => Date;
  /** The address that is listened on. */
  readonly host: string;
  /** None where everybody who can reach the server may use it. */
  readonly tokens: readonly WebToken[];
  readonly mayOpen?: MayOpen;
  readonly refusals: Refusals;
  readonly running: Running;
  readonly stopping: AbortSignal;
}

export function webApp(parts: WebAppParts): Hono<WebEnv> {
  const { conversations, galleries, limits, timeZone, tokens, refusals, events, mayOpen } = parts;
  const page = new PageFiles();
  const signIn = new SignIn(tokens, refusals);
  const prefixes = [...new Set([undefined, ...tokens.map(({ name }) => name)])].map(prefixOf);
  const access = new TalkAccess({
    conversations,
    events,
    prefixes,
    refusals,
    ...(mayOpen ? { mayOpen } : {}),
  });
  const app = new Hono<WebEnv>();

  app.onError(jsonError);
  app.notFound((context) =>
    jsonError(invalid('There is nothing at this address.', 'Open the start page.'), context),
  );
  app.use(browserRules());
  app.use(ownHostOnly(parts.host, refusals));

  app.get('/health', (context) => context.json({ status: 'ok' }));
  app.get(
    '/',
    (context) =>
      page.answer(context, signIn.user(context) ? 'index.html' : 'login.html') ?? context.notFound(),
  );
  app.get('/page/:file', (context) => page.answer(context, context.req.param('file')) ?? context.notFound());
  app.get('/favicon.ico', (context) => context.body(null, 204));

  app.use('/api/*', ownPageOnly(refusals));
  app.use('/api/*', async (context, next) => {
    context.header('cache-control', 'no-store');
    await next();
  });
  app.use('/api/*', statedLength(limits.bytesPerRequest));
  app.use('/api/sign-in', statedLength(signInBytes));
  app.post('/api/sign-in', async (context) => {
    const body: unknown = await context.req.json().catch(() => undefined);
    const token = (body as { token?: unknown } | null | undefined)?.token;
    signIn.signIn(context, typeof token === 'string' ? token : '');
    return context.json({});
  });
  app.post('/api/sign-out', (context) => {
    signIn.signOut(context);
    return context.json({});
  });
  app.use('/api/*', signedInOnly(signIn, refusals));

  app.get('/api/start', async (context) => {
    const { user } = context.var;
    const examples = (await galleries.examples?.(askerOf(user))) ?? [];
    return context.json({
      limits,
      timeZone,
      user: user.user,
      signedIn: signIn.needed,
      examples: examples.map(({ title }) => title),
    });
  });
  app.get('/api/examples/:number{\\d{1,3}}', async (context) => {
    const example = (await galleries.examples?.(askerOf(context.var.user)))?.[
      Number(context.req.param('number'))
    ];
    if (example === undefined) throw invalid('There is no such example.');
    return context.body(new Uint8Array(await readPictureFile(example.path)), 200, {
      'content-type': 'application/octet-stream',
    });
  });
  app.route('/api/talks', talkRoutes({ ...parts, access }));
  app.route('/api/pictures', pictureRoutes(conversations, access));
  app.route('/api/galleries', galleryRoutes(parts));
  return app;
}
