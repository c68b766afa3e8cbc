/** Galleries as the web page may look at them and fill them, each person as far as the access policy lets them. */
import type { ExamplePicture, GalleryAccess } from '../../adapters/web/gallery-access.ts';
import { type Asker, marksOf } from '../conversation/asker.ts';
import { ChatReidError } from '../foundation/error.ts';
import type { Scope } from '../gallery/gallery-store.ts';
import type { Permit } from '../trust/access/permit.ts';
import { pictureFacts, recordedAction } from './audit/recorded-command.ts';
import type { Composition } from './composition.ts';
import { registerNamed } from './registering.ts';
import { storeSeenBy } from './seen-galleries.ts';
import { withSentPictures } from './sent-pictures.ts';

export interface GalleryAccessOptions {
  /** Pictures that a newcomer may search with. */
  readonly examples?: readonly ExamplePicture[];
  readonly now?: () => Date;
}

export function galleryAccess(
  parts: Composition,
  { examples = [], now = () => new Date() }: GalleryAccessOptions = {},
): GalleryAccess {
  const permitOf = (asker: Asker) => parts.access.permit(marksOf(asker), now());
  const demandAdding = async (asker: Asker, gallery: string) => {
    if (permitOf(asker).allows('register', gallery)) return;
    throw denied(`You may not add pictures to the gallery "${gallery}".`);
  };
  return {
    list: async (asker) => (await storeSeenBy(parts, asker, now())).galleries(),
    async browse(asker, gallery, { offset, limit, camera, place }) {
      const permit = permitOf(asker);
      demandBrowsing(permit, gallery);
      const scope: Scope = {
        ...(camera === undefined ? {} : { cameras: [camera] }),
        ...(place === undefined ? {} : { places: [place] }),
      };
      const store = await storeSeenBy(parts, asker, now(), 'searcher');
      await store.summary(gallery);
      return store.list(gallery, { scope, offset, limit });
    },
    demandAdding,
    async add(asker, gallery, pictures, facts, onProgress, signal) {
      await demandAdding(asker, gallery);
      const store = await storeSeenBy(parts, asker, now(), 'registrar');
      const { home, timeZone } = parts.settings;
      return withSentPictures(home.cache, pictures, timeZone, async (sent) => {
        const empty = { added: 0, already: 0, updated: 0, failed: [], notes: [] };
        const { camera, place, time } = facts;
        const { added, already, updated, failed, notes } = await recordedAction(
          parts,
          {
            kind: 'registration',
            platform: 'web',
            user: asker.user,
            facts: { gallery, ...pictureFacts(sent.pictureIds), camera, place, time },
            words: { names: pictures.map(({ name }) => name) },
          },
          async () =>
            sent.files.length === 0
              ? empty
              : registerNamed(parts, gallery, sent.files, facts, {
                  store,
                  signal,
                  onProgress: ({ phase, done }) => {
                    if (phase === 'importing') onProgress(sent.failed.length + done, pictures.length);
                  },
                }),
          (report) => ({
            added: report.added,
            already: report.already,
            failed: report.failed.length + sent.failed.length,
          }),
        );
        return { added, already: already + updated, failed: [...sent.failed, ...failed], notes };
      });
    },
    examples: async (asker) => (permitOf(asker).has('searcher') ? examples : []),
  };
}

/**
 * Leafing through a gallery is a search without a question: where searches take a case or a second person, only who looks
 * after the gallery leafs through it.
 */
function demandBrowsing(permit: Permit, gallery: string): void {
  if (permit.allows('register', gallery)) return;
  if (!permit.allows('show', gallery)) {
    // One that they may not even know of is as if it were not there.
    if (permit.has('searcher') && permit.limits(gallery) === 'none') return;
    throw denied('You may not look through this gallery.');
  }
  if (permit.approvalHours(gallery) !== undefined)
    throw denied(`Pictures of the gallery "${gallery}" are only shown in a search that somebody approved.`);
  if (permit.caseProblem(undefined))
    throw denied(`Pictures of the gallery "${gallery}" are only shown in a search for a stated case.`);
}

function denied(message: string): ChatReidError {
  return new ChatReidError('ACCESS_DENIED', message, 'Ask whoever runs this server for the right to.');
}
