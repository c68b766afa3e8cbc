/** Routes of the galleries: what there is, browsing, and filling them with progress. */
import { Hono } from 'hono';
import { stream } from 'hono/streaming';
import { asChatReidError } from '../../src/foundation/error.ts';
import { formatTime } from '../../src/foundation/site-time.ts';
import { readTime } from '../act-schema.ts';
import type { GalleryAccess, GalleryPicture, UploadFacts } from './gallery-access.ts';
import { readForm } from './incoming.ts';
import { invalid } from './json-error.ts';
import type { WebLimits } from './limits.ts';
import type { Running } from './running.ts';
import { askerOf, type WebEnv } from './web-user.ts';

const mostAtOnce = 100;

export interface GalleryParts {
  readonly galleries: GalleryAccess;
  readonly limits: WebLimits;
  readonly timeZone: string;
  readonly running: Running;
  readonly stopping: AbortSignal;
}

export function galleryRoutes(parts: GalleryParts): Hono<WebEnv> {
  const { galleries, timeZone } = parts;
  const routes = new Hono<WebEnv>();

  routes.get('/', async (context) => context.json(await galleries.list(askerOf(context.var.user))));

  routes.get('/:gallery/pictures', async (context) => {
    const { offset, limit, camera, place } = context.req.query();
    const pictures = await galleries.browse(askerOf(context.var.user), context.req.param('gallery'), {
      offset: whole(offset, 0, Number.MAX_SAFE_INTEGER, 0),
      limit: whole(limit, 1, mostAtOnce, 60),
      ...(camera ? { camera } : {}),
      ...(place ? { place } : {}),
    });
    return context.json(pictures.map((picture) => onSiteClock(picture, timeZone)));
  });

  /** Answers lines of JSON: `{ done, total }` as it goes on, at last `{ report }` or `{ error }`. */
  routes.post('/:gallery/pictures', async (context) => {
    const gallery = context.req.param('gallery');
    if (gallery.length > 100)
      throw invalid('The name of the gallery is too long.', 'Take at most 100 characters.');
    const asker = askerOf(context.var.user);
    // Told with a status of its own: once there is progress, there is none to give any more.
    await galleries.demandAdding(asker, gallery);
    const { field, pictures } = await readForm(context, parts.limits);
    if (pictures.length === 0) throw invalid('No picture came with this.', 'Choose some pictures.');
    const facts = readFacts(field, timeZone);
    context.header('content-type', 'application/x-ndjson');
    return stream(context, async (lines) => {
      const left = new AbortController();
      lines.onAbort(() => left.abort());
      const signal = AbortSignal.any([left.signal, parts.stopping]);
      const line = (data: object) => lines.write(`${JSON.stringify(data)}\n`);
      const tell = (done: number, total: number) => void line({ done, total });
      const adding = galleries.add(asker, gallery, pictures, facts, tell, signal);
      parts.running.add(adding);
      try {
        const { added, already, failed, notes } = await adding;
        await line({
          report: {
            added,
            already,
            notes,
            failed: failed.map(({ source, code, message, next }) => ({ source, code, message, next })),
          },
        });
      } catch (error) {
        const { code, message, next } = asChatReidError(error, `adding pictures to gallery "${gallery}"`);
        await line({ error: { code, message, next } });
      }
    });
  });

  return routes;
}

function onSiteClock({ time, ...picture }: GalleryPicture, timeZone: string) {
  return { ...picture, ...(time === undefined ? {} : { time: formatTime(time, timeZone) }) };
}

function readFacts(field: (name: string) => string, timeZone: string): UploadFacts {
  const [camera, place, written] = ['camera', 'place', 'time'].map((name) =>
    field(name).trim().slice(0, 200),
  );
  const time = written ? readTime(written, timeZone) : undefined;
  if (written && time === undefined) throw invalid(`"${written}" is not a time.`, 'Give a date and a time.');
  return { ...(camera ? { camera } : {}), ...(place ? { place } : {}), ...(time ? { time } : {}) };
}

function whole(text: string | undefined, least: number, most: number, otherwise: number): number {
  const value = Number(text);
  return text && Number.isInteger(value) ? Math.min(most, Math.max(least, value)) : otherwise;
}
