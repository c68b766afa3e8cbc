/** The galleries over the wire: browsing, and filling one with progress. */
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { badUploads } from './bad-uploads.ts';
import { demoGallery, demoQueries } from './demo-people.ts';
import { errorOf, WebHarness } from './web-harness.ts';

const web = new WebHarness();
afterAll(() => web.close());

const photo = new Uint8Array(readFileSync(demoQueries[0]!.path));

async function upload(
  files: readonly { name: string; bytes: Uint8Array }[],
  fields: Record<string, string> = {},
) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  for (const { name, bytes } of files) form.append('pictures', new Blob([new Uint8Array(bytes)]), name);
  return web.request('/api/galleries/north%20gate/pictures', { method: 'POST', body: form });
}

const lines = async (response: Response) =>
  (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('a gallery is listed with what it knows, and browsed a page at a time, on the clock of the site', async () => {
  const [gallery] = (await (await web.request('/api/galleries')).json()) as {
    name: string;
    cameras: string[];
  }[];
  expect(gallery).toMatchObject({ name: 'demo', cameras: ['1', '2', '3', '4', '5', '6'] });
  const browse = async (query: string) =>
    (await (await web.request(`/api/galleries/demo/pictures?${query}`)).json()) as {
      pictureId: string;
      cameraId: string;
      time: string;
    }[];
  const page = await browse('offset=2&limit=3&camera=4');
  const expected = demoGallery.filter(({ cameraId }) => cameraId === '4').slice(2, 5);
  expect(page.map(({ pictureId }) => pictureId)).toEqual(expected.map(({ pictureId }) => pictureId));
  expect(page[0]?.time).toMatch(/^\d+ May 2026 \d\d:\d\d/);
  expect(await browse('limit=100000')).toHaveLength(100);
  expect(await browse('limit=-5&offset=nonsense')).toHaveLength(1);
  expect((await web.request('/api/galleries/none/pictures')).status).toBe(404);
});

test('an upload tells its progress, and names what could not be added', async () => {
  const bad = await badUploads();
  const response = await upload([{ name: 'a.jpg', bytes: photo }, ...bad], {
    camera: '7',
    place: ' gate ',
    time: '2026-05-12T14:00',
  });
  const steps = await lines(response);
  expect(steps.slice(0, -1)).toEqual(
    Array.from({ length: bad.length + 1 }, (_, at) => ({ done: at + 1, total: bad.length + 1 })),
  );
  const { report } = steps.at(-1) as {
    report: { added: number; failed: { source: string; message: string }[] };
  };
  expect(report.added).toBe(3);
  expect(report.failed.map(({ source }) => source)).toContain('drawing.svg');
  expect(web.galleries.uploads.at(-1)).toMatchObject({
    gallery: 'north gate',
    facts: { camera: '7', place: 'gate', time: '2026-05-12T12:00:00.000Z' },
  });
});

test('an upload without pictures, or with a time that is none, is refused', async () => {
  expect((await errorOf(await upload([]))).message).toMatch(/No picture/);
  expect((await errorOf(await upload([{ name: 'a.jpg', bytes: photo }], { time: 'noon' }))).message).toMatch(
    /not a time/,
  );
});

test('examples are shown by number, as they are', async () => {
  const { examples } = (await (await web.request('/api/start')).json()) as { examples: string[] };
  expect(examples).toHaveLength(6);
  const bytes = new Uint8Array(await (await web.request('/api/examples/0')).arrayBuffer());
  expect(bytes).toEqual(photo);
  expect((await web.request('/api/examples/99')).status).toBe(400);
});

test('a picture is made anew for the page: small, upright, without what was hidden in it', async () => {
  const { pictureId } = demoGallery[0]!;
  const shown = await sharp(
    await (await web.request(`/api/pictures/${pictureId}/large`)).arrayBuffer(),
  ).metadata();
  expect(shown).toMatchObject({ format: 'jpeg', width: 128, height: 256 });
  expect(shown.exif).toBeUndefined();
  expect(await (await web.request(`/api/pictures/${pictureId}/measures`)).json()).toEqual({
    width: 128,
    height: 256,
  });
});
