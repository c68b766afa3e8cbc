/** `chatreid serve --check`: what a config would start, and why something would not. */
import { unwatched } from '../../../adapters/adapter.ts';
import { asChatReidError, type ErrorReport } from '../../foundation/error.ts';
import { accessOf } from '../../trust/access/unwritten-policy.ts';
import type { Work } from '../shell.ts';
import { secretsOf } from './platform.ts';
import { readSecrets } from './secrets.ts';
import type { ServeConfig } from './serve-config.ts';

export interface Checked {
  readonly platform: string;
  /** What it would listen on or connect to. */
  readonly at: string;
  readonly error?: Pick<ErrorReport, 'code' | 'message' | 'next'>;
}

/**
 * Everything is looked at that can be without asking anybody outside: secrets, the gallery, where talks are kept.
 *
 * @throws ChatReidError GALLERY_UNKNOWN
 */
export async function checkServe(
  work: Work,
  { platforms, gallery, access }: ServeConfig,
): Promise<readonly Checked[]> {
  work.parts.access = accessOf(access);
  if (gallery !== undefined) await (await work.parts.store()).summary(gallery);
  return Promise.all(
    platforms.map(async ({ platform, section }): Promise<Checked> => {
      const told = { platform: platform.name, at: platform.where(section) };
      try {
        const secrets = await readSecrets(
          secretsOf(platform, section),
          platform.needs(section),
          work.shell.env,
        );
        await platform.adapter(section, secrets, { work, gallery: gallery ?? '', watch: unwatched });
        return told;
      } catch (error) {
        const { code, message, next } = asChatReidError(error, `making ${platform.name} ready`);
        return { ...told, error: { code, message, next } };
      }
    }),
  );
}
