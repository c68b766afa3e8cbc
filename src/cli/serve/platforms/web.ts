/** The web page as a platform of `chatreid serve`. */
import { z } from 'zod';
import { tokenName } from '../../../../adapters/web/web-user.ts';
import { galleryAccess } from '../../gallery-access.ts';
import { mayOpenTalk } from '../../talk-rights.ts';
import { platform, type SecretName } from '../platform.ts';
import { loopback } from './loopback.ts';

const token = 'CHATREID_WEB_TOKEN';

const section = z.strictObject({
  host: z.string().min(1).max(255).default('127.0.0.1').describe('address to listen on'),
  port: z.int().min(0).max(65_535).default(8787).describe('port to listen on; 0 takes any that is free'),
  tokens: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(tokenName, 'must be small letters, digits and dashes, and not "local", "token" or "file"'),
      }),
    )
    .max(200)
    .refine(differ, 'must have different names')
    .optional()
    .describe('people with a token and talks of their own; that of alice is CHATREID_WEB_TOKEN_ALICE'),
});

type Section = z.infer<typeof section>;

export const web = platform({
  name: 'web',
  section,
  secrets: [
    {
      name: token,
      what: 'what everybody who opens the page must know, at least 16 characters',
      chosen: true,
    },
  ],
  moreSecrets: named,
  needs: (its) => {
    const own = named(its).map(({ name }) => name);
    return own.length > 0 || loopback.test(its.host) ? own : [token];
  },
  where: ({ host, port }) =>
    `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}/`,
  async adapter({ host, port, tokens = [] }, secrets, { work, watch }) {
    const { WebAdapter } = await import('../../../../adapters/web/web-adapter.ts');
    const secret = secrets.get(token);
    const now = () => work.shell.now();
    return new WebAdapter({
      host,
      port,
      ...(secret === undefined ? {} : { token: secret }),
      tokens: tokens.map(({ name }) => ({ name, secret: secrets.get(variableOf(name)) ?? '' })),
      timeZone: work.settings.timeZone,
      now,
      galleries: galleryAccess(work.parts, { now }),
      mayOpen: (asker, { gallery }) => mayOpenTalk(work.parts.access, asker, gallery, now()),
      onTrouble: (error) => watch.trouble(error),
      ...(watch.refused ? { onRefused: watch.refused } : {}),
    });
  },
});

function named({ tokens = [] }: Section): SecretName[] {
  return tokens.map(({ name }) => ({ name: variableOf(name), what: `the token of ${name}`, chosen: true }));
}

/** `night-shift`: CHATREID_WEB_TOKEN_NIGHT_SHIFT */
function variableOf(name: string): string {
  return `${token}_${name.toUpperCase().replaceAll('-', '_')}`;
}

function differ(tokens: readonly { readonly name: string }[]): boolean {
  return new Set(tokens.map(({ name }) => variableOf(name))).size === tokens.length;
}
