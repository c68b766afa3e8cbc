/** The web page as a platform of `chatreid serve`. */
import { z } from 'zod';
import { galleryAccess } from '../../gallery-access.ts';
import { platform } from '../platform.ts';
import { loopback } from './loopback.ts';

const token = 'CHATREID_WEB_TOKEN';

export const web = platform({
  name: 'web',
  section: z.strictObject({
    host: z.string().min(1).max(255).default('127.0.0.1').describe('address to listen on'),
    port: z.int().min(0).max(65_535).default(8787).describe('port to listen on; 0 takes any that is free'),
  }),
  secrets: [
    {
      name: token,
      what: 'what everybody who opens the page must know, at least 16 characters',
      chosen: true,
    },
  ],
  needs: ({ host }) => (loopback.test(host) ? [] : [token]),
  where: ({ host, port }) =>
    `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}/`,
  async adapter({ host, port }, secrets, { work, watch }) {
    const { WebAdapter } = await import('../../../../adapters/web/web-adapter.ts');
    const secret = secrets.get(token);
    return new WebAdapter({
      host,
      port,
      ...(secret === undefined ? {} : { token: secret }),
      timeZone: work.settings.timeZone,
      now: () => work.shell.now(),
      galleries: galleryAccess(work.parts),
      onTrouble: (error) => watch.trouble(error),
    });
  },
});
