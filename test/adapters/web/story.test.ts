/** The story of the product, played in a real browser over the shipped filter and pictures of the demo gallery. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommandLine } from '../../../src/cli/program.ts';
import { chromiumPath, openBrowser, openPage } from './browser.ts';
import { demoGallery, demoQueries } from './demo-people.ts';

/** Enough of them that more than one page is left when cameras and hours are restricted, and few enough to be encoded in seconds. */
const registered = demoGallery.filter(({ personId }) => personId <= '0012');
const photo = demoQueries[0]!;
const another = demoQueries.find(({ personId }) => personId > photo.personId)!;
const personOf = new Map(demoGallery.map(({ pictureId, personId }) => [pictureId, personId]));

describe.runIf(chromiumPath !== undefined)('the story', () => {
  let home = '';
  let browser: Browser;
  let url = '';
  const ending = new AbortController();
  let serving: Promise<number> = Promise.resolve(0);

  const run = (argv: string[], stdout: PassThrough, signal = new AbortController().signal) =>
    runCommandLine(argv, {
      stdin: Object.assign(Readable.from([]), { isTTY: false }),
      stdout,
      stderr: new PassThrough().resume(),
      env: { ...process.env, NO_COLOR: '1', CHATREID_HOME: home, CHATREID_TIME_ZONE: 'UTC' },
      signal,
      now: () => new Date('2026-05-14T10:00:00Z'),
    });

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'chatreid-story-'));
    const manifest = join(home, 'story.jsonl');
    const rows = registered.map(({ path, personId, cameraId, place, time }) =>
      JSON.stringify({ path, person_id: personId, camera_id: cameraId, place, time }),
    );
    await writeFile(manifest, rows.join('\n'));
    expect(await run(['gallery', 'add', manifest, '--gallery', 'story'], new PassThrough().resume())).toBe(0);
    const stdout = new PassThrough();
    serving = run(['web', '--gallery', 'story', '--port', '0', '--json'], stdout, ending.signal);
    for await (const line of stdout) {
      url = (JSON.parse(String(line).split('\n')[0] ?? '') as { url: string }).url;
      break;
    }
    browser = await openBrowser();
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    ending.abort();
    await serving;
    await rm(home, { recursive: true, force: true });
  });

  test('from a photo to the person, by fragments, a correction, a found one as the query, and reasons', async () => {
    const { page, troubles } = await openPage(browser, url);
    page.setDefaultTimeout(120_000);
    let told = 0;
    const answer = async () => {
      told++;
      const last = page.locator('.exchange').nth(told - 1);
      await last.locator('.answer').waitFor();
      await expect.poll(() => page.locator('.working').count(), { timeout: 120_000 }).toBe(0);
      expect(await last.locator('.error').allInnerTexts()).toEqual([]);
      return last;
    };
    const say = async (text: string, ...pictures: string[]) => {
      if (pictures.length > 0) await page.setInputFiles('#files', pictures);
      await page.fill('#say', text);
      await page.press('#say', 'Enter');
      return answer();
    };
    const shown = (): Promise<string[]> =>
      page.evaluate(
        "[...document.querySelectorAll('.exchange > .answer > .cards .card')].map((card) => card.dataset.picture)",
      );
    const chips = () => page.locator('.chip').allInnerTexts();

    await say('did we see this woman on Tuesday?', photo.path);
    const [best, second] = await shown();
    expect(personOf.get(best!)).toBe(photo.personId);
    expect((await chips()).join(' ')).toMatch(/12 May/);

    await say('not 2, and she had a red hat in the afternoon, only camera 4');
    expect(await shown()).not.toContain(second);
    expect((await chips()).join(' | ')).toMatch(/red hat.*camera 4/is);
    const places = await page
      .locator('.exchange:last-child > .answer > .cards .where span:first-child')
      .allInnerTexts();
    expect(new Set(places)).toEqual(new Set(['Camera 4 · garden path']));

    await page.getByRole('button', { name: 'Use #1 as query' }).last().click();
    await answer();

    await page.getByRole('button', { name: 'Why #1?' }).last().click();
    expect((await (await answer()).locator('.sentence').allInnerTexts()).join(' ').length).toBeGreaterThan(
      20,
    );

    const verdict = await say('is it the same person as 1?', another.path);
    expect((await verdict.allInnerTexts()).join('\n')).toMatch(/same|different/i);

    for (const name of [/^Remove .*camera/i, /^Remove .*12/]) {
      const chip = page.getByRole('button', { name }).first();
      if ((await chip.count()) === 0) continue;
      await chip.click();
      await answer();
    }
    const before = await shown();
    await say('more');
    const next = await shown();
    expect(next.filter((candidate) => !before.includes(candidate)).length).toBeGreaterThan(0);

    await say('start over');
    expect(await chips()).toEqual([]);
    expect(troubles).toEqual([]);
  }, 300_000);
});
