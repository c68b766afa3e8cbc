/** The page in a real browser, over the stand-ins: what people do with it, and what may go wrong. */
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebAdapter } from '../../../adapters/web/web-adapter.ts';
import { seriousFindings } from './accessibility.ts';
import { badUploads } from './bad-uploads.ts';
import { chromiumPath, goesWithout, noChromium, openBrowser, openPage } from './browser.ts';
import { demoPictures, demoQueries } from './demo-people.ts';
import { StandInConversations } from './stand-in-conversations.ts';
import { StandInGalleries } from './stand-in-galleries.ts';

test.runIf(!goesWithout)('there is a browser to test the page with', () => {
  expect(chromiumPath, noChromium).toBeDefined();
});

const photo = demoQueries[0]!;

describe.runIf(chromiumPath !== undefined)('the page', { timeout: 180_000 }, () => {
  let browser: Browser;
  let conversations = new StandInConversations();
  let galleries = new StandInGalleries();
  let adapter: WebAdapter;
  let stopped = false;
  let closePages = async () => {};

  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    await closePages();
    if (!stopped) await adapter.stop();
    await conversations.close();
  });

  async function open(options: Parameters<typeof openPage>[2] = {}) {
    conversations = new StandInConversations();
    galleries = new StandInGalleries();
    adapter = new WebAdapter({ port: 0, galleries, timeZone: 'UTC' });
    stopped = false;
    await adapter.start(conversations);
    const watched = await openPage(browser, adapter.url, options);
    closePages = () => watched.page.context().close();
    await watched.page.locator('.try img').first().waitFor();
    return watched;
  }

  const say = async (page: Page, text: string) => {
    await page.fill('#say', text);
    await page.press('#say', 'Enter');
  };
  // Asked for by the debugger and as text: the page's own rules allow no evaluation, and this project's types know no DOM.
  const isTrue = (page: Page, expression: string) =>
    expect.poll(() => page.evaluate(`Boolean(${expression})`), { timeout: 20_000 }).toBe(true);
  const finals = (page: Page, count: number) =>
    isTrue(
      page,
      `document.querySelectorAll('.exchange .answer').length >= ${count} && !document.querySelector('.working')`,
    );
  const ranks = (page: Page): Promise<string[]> =>
    page.evaluate(
      "[...document.querySelectorAll('.exchange:last-child .card')].map((card) => card.dataset.picture)",
    );

  test('a first page appears, and the ranking takes its place', async () => {
    const { page, troubles } = await open();
    let release = () => {};
    conversations.gate = new Promise((resolve) => {
      release = resolve;
    });
    await page.setInputFiles('#files', photo.path);
    await say(page, 'did we see this woman on Tuesday?');
    await page.locator('.verdict', { hasText: 'First look' }).waitFor();
    const first = await ranks(page);
    expect(first).toHaveLength(10);
    expect((await page.locator('.working').allInnerTexts()).join('\n')).toContain('Stop');
    expect(await page.locator('.question').count()).toBe(0);
    release();
    await page.locator('.verdict', { hasText: 'Found' }).waitFor();
    const final = await ranks(page);
    expect(final).not.toEqual(first);
    expect(await page.locator('.exchange').count()).toBe(1);
    expect((await page.locator('.question').allInnerTexts()).join('\n')).toContain(
      'Was the person carrying a backpack?',
    );
    expect(await page.locator('.card').first().getAttribute('aria-label')).toMatch(
      /^Rank 1, \d+ %, camera \d/,
    );
    expect(troubles).toEqual([]);
  });

  test('every act has its button, and a chip takes its part of the search away', async () => {
    const { page, troubles } = await open();
    await page.locator('.try').first().click();
    await finals(page, 1);
    await page.getByRole('button', { name: 'Not this person: #2' }).click();
    await finals(page, 2);
    await page.getByRole('button', { name: 'Why #1?' }).click();
    await finals(page, 3);
    await page.getByRole('button', { name: 'Use #3 as query' }).click();
    await finals(page, 4);
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await finals(page, 5);
    expect(await ranks(page)).toHaveLength(20);
    await page
      .getByRole('button', { name: 'Don’t know' })
      .or(page.getByRole('button', { name: "Don't know" }))
      .click();
    await finals(page, 6);
    await page.getByLabel('Select #1 to compare').last().check({ force: true });
    await page.getByLabel('Select #4 to compare').last().check({ force: true });
    await page.getByRole('button', { name: 'Same person?' }).click();
    await finals(page, 7);
    expect((await page.locator('.exchange').last().allInnerTexts()).join('\n')).toContain(
      'Probably the same person',
    );
    await page.getByRole('button', { name: /^Remove not/ }).click();
    await finals(page, 8);
    await page.getByRole('button', { name: 'Undo' }).click();
    await finals(page, 9);
    await page.getByRole('button', { name: 'Start over' }).click();
    await finals(page, 10);
    const acts = conversations.handled.flatMap((message) => message.acts?.map(({ act }) => act) ?? []);
    expect(acts).toEqual(['exclude', 'why', 'choose', 'more', 'answer', 'verify', 'lift', 'undo', 'reset']);
    expect(await page.locator('.chip').count()).toBe(0);
    expect(troubles).toEqual([]);
  });

  test('everything by keys', async () => {
    const { page } = await open();
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.locator('#transcript').focus();
    await page.keyboard.press('/');
    await page.keyboard.type('blue dress');
    await page.keyboard.press('Enter');
    await finals(page, 1);
    await page.keyboard.press('Escape');
    const focused = () => page.evaluate<string>("document.activeElement?.getAttribute('aria-label') ?? ''");
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toMatch(/^Rank 1,/);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toMatch(/^Rank 7,/);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toMatch(/^Rank 2,/);
    const [, second] = await ranks(page);
    await page.keyboard.press('w');
    await finals(page, 2);
    await page.keyboard.press('n');
    await finals(page, 3);
    expect(conversations.handled.slice(1).map(({ acts }) => acts)).toEqual([
      [{ act: 'why', picture: { pictureId: second } }],
      [{ act: 'exclude', pictures: [{ pictureId: second }] }],
    ]);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('u');
    await finals(page, 4);
    expect(conversations.handled.at(-1)?.acts?.[0]?.act).toBe('choose');
  });

  test('every bad picture is a sentence in the chat, and the good ones wait to be sent again', async () => {
    const { page, troubles } = await open();
    const bad = await badUploads();
    for (const [at, { name, bytes, says }] of bad.entries()) {
      await page.setInputFiles('#files', [
        { name: 'good.jpg', mimeType: 'image/jpeg', buffer: readFileSync(photo.path) },
        { name, mimeType: 'image/jpeg', buffer: Buffer.from(bytes) },
      ]);
      await say(page, 'this one');
      const error = page.locator('.exchange').nth(at).locator('.error');
      await error.waitFor();
      expect((await error.allInnerTexts()).join('\n')).toMatch(says);
      expect(await page.inputValue('#say')).toBe('this one');
      expect(await page.locator('.tray li').count()).toBe(1);
      await page.getByRole('button', { name: 'Remove good.jpg' }).click();
    }
    expect(conversations.handled).toEqual([]);
    await say(page, 'red coat');
    await page.locator('.card').first().waitFor();
    expect(troubles).toEqual([]);
  });

  test('a message that meets a lost connection is sent again, and taken in once', async () => {
    const { page } = await open();
    let lost = true;
    await page.route('**/messages', async (route) => {
      if (!lost) return route.continue();
      lost = false;
      // The server takes it in, and the page never hears of it.
      await route.fetch();
      await route.abort('connectionreset');
    });
    await say(page, 'red coat');
    await finals(page, 1);
    await expect.poll(() => conversations.handled.length, { timeout: 20_000 }).toBe(2);
    expect(new Set(conversations.handled.map(({ id }) => id)).size).toBe(1);
    expect(await page.locator('.exchange').count()).toBe(1);
    expect(await page.locator('.exchange .words').allInnerTexts()).toEqual(['red coat']);
  });

  test('a server that goes away and comes back misses nothing, and nothing is shown twice', async () => {
    const { page } = await open();
    await say(page, 'red coat');
    await finals(page, 1);
    const port = Number(new URL(adapter.url).port);
    await adapter.stop();
    await page.locator('#connection', { hasText: 'lost' }).waitFor();
    await say(page, 'and a hat');
    await page.getByText('this is sent as soon as it is back').waitFor();
    adapter = new WebAdapter({ port, galleries, timeZone: 'UTC' });
    await adapter.start(conversations);
    await finals(page, 2);
    await page.locator('#connection').waitFor({ state: 'hidden' });
    expect(await page.locator('.words').allInnerTexts()).toEqual(['red coat', 'and a hat']);
    await expect.poll(() => page.locator('details.past').count(), { timeout: 20_000 }).toBe(1);
  });

  test('an earlier search is opened again with all that was said', async () => {
    const { page } = await open();
    await page.setInputFiles('#files', photo.path);
    await say(page, 'did we see this woman?');
    await finals(page, 1);
    const cards = await ranks(page);
    await page.getByRole('button', { name: 'New search' }).click();
    await page.locator('.welcome').waitFor();
    const earlier = page.locator('#history a').first();
    expect(await earlier.locator('.what').textContent()).toBe('did we see this woman?');
    await isTrue(page, "document.querySelector('#history img')?.naturalWidth");
    await earlier.click();
    await finals(page, 1);
    expect(await ranks(page)).toEqual(cards);
    expect(await page.locator('.sent-pictures img').count()).toBe(1);
    await page.reload();
    await finals(page, 1);
    expect(await page.locator('.words').allInnerTexts()).toEqual(['did we see this woman?']);
    await page.locator('#history li').first().hover();
    await page
      .getByRole('button', { name: /^Forget/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Forget it' }).click();
    await page.locator('.welcome').waitFor();
    expect(await page.locator('#history a').count()).toBe(0);
  });

  test('two pages of one talk end alike: the same order, the same search, and nothing at work', async () => {
    const { page } = await open();
    await say(page, 'red coat');
    await finals(page, 1);
    const other = await page.context().newPage();
    await other.goto(page.url());
    await finals(other, 1);
    // The first page's message takes a while to arrive; the other's comes in before it.
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    await page.route('**/messages', async (route) => {
      await arrived;
      await route.continue();
    });
    await say(page, 'not 1');
    await page.locator('.working').waitFor();
    await say(other, 'blue trousers');
    await finals(other, 2);
    arrive();
    for (const one of [page, other]) await finals(one, 3);
    const shown = async (one: Page) => ({
      words: await one.locator('.words').allInnerTexts(),
      chips: await one.locator('.chip').allInnerTexts(),
      cards: await ranks(one),
      working: await one.locator('.working').count(),
    });
    const here = await shown(page);
    expect(here.words).toEqual(['red coat', 'blue trousers', 'not 1']);
    expect(here.working).toBe(0);
    expect(await shown(other)).toEqual(here);
    await other.reload();
    await finals(other, 3);
    expect(await shown(other)).toEqual(here);
  });

  test('a search that is forgotten in one page goes from the other, which says so and can begin anew', async () => {
    const { page } = await open();
    await say(page, 'red coat');
    await finals(page, 1);
    const other = await page.context().newPage();
    await other.goto(page.url());
    await finals(other, 1);
    await page.locator('#history li').first().hover();
    await page
      .getByRole('button', { name: /^Forget/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Forget it' }).click();
    await other.getByRole('heading', { name: 'This search was forgotten' }).waitFor();
    await expect.poll(() => other.locator('.exchange, .card, .chip, #history a').count()).toBe(0);
    await isTrue(other, "document.querySelector('#announcer').textContent.includes('forgotten')");
    // The page that forgot it is at the beginning of a new one.
    await page.locator('.welcome').waitFor();
    expect(await page.locator('.forgotten').count()).toBe(0);
    await say(other, 'blue trousers');
    await finals(other, 1);
    expect(await other.locator('.words').allInnerTexts()).toEqual(['blue trousers']);
    expect(await other.locator('.forgotten').count()).toBe(0);
  });

  test('a page that was away while its search was forgotten says so when it is back', async () => {
    const { page } = await open();
    await say(page, 'red coat');
    await finals(page, 1);
    const { port } = new URL(adapter.url);
    const talk = new URL(page.url()).hash.slice(1);
    await adapter.stop();
    stopped = true;
    await page.getByText('The connection is lost').waitFor();
    await conversations.forget(`web:${talk}`);
    adapter = new WebAdapter({ port: Number(port), galleries, timeZone: 'UTC' });
    await adapter.start(conversations);
    stopped = false;
    await page.getByRole('heading', { name: 'This search was forgotten' }).waitFor();
    expect(await page.locator('.card').count()).toBe(0);
  });

  test('a message whose reply is not kept any more is not at work for ever', async () => {
    const { page } = await open();
    await say(page, 'red coat');
    await finals(page, 1);
    const turns = await conversations.turns(`web:${new URL(page.url()).hash.slice(1)}`);
    expect(turns).toHaveLength(1);
    conversations.turns = async () => turns;
    conversations.replies = async () => [];
    await page.reload();
    await page.getByText('The answer to this is not kept any more.').waitFor();
    expect(await page.locator('.working').count()).toBe(0);
  });

  test('of two hundred pictures it is said how many were taken, and what became of the others', async () => {
    const { page } = await open();
    const buffer = readFileSync(photo.path);
    await page.setInputFiles(
      '#files',
      Array.from({ length: 200 }, (_, at) => ({ name: `${at}.jpg`, mimeType: 'image/jpeg', buffer })),
    );
    const note = page.locator('.composer-note');
    expect(await note.textContent()).toBe(
      '20 of 200 pictures were taken. 180 were left out: one message takes 20 pictures at most.',
    );
    expect(await page.locator('.tray li').count()).toBe(20);
  });

  test('what users write stays text', async () => {
    const { page, troubles } = await open();
    const odd = '<img src=x onerror="document.title=1"> <b>bold</b> <|im_end|>';
    await say(page, odd);
    await finals(page, 1);
    expect((await page.locator('.words').allInnerTexts()).join('\n')).toBe(odd);
    expect((await page.locator('.chip').first().allInnerTexts()).join('\n')).toContain('<b>bold</b>');
    expect(await page.title()).toBe('ChatReID');
    expect(troubles).toEqual([]);
  });

  test('the search is restricted by a form that knows the gallery', async () => {
    const { page } = await open();
    await say(page, 'red coat');
    await finals(page, 1);
    const restrict = async (fill: () => Promise<void>) => {
      await page.getByRole('button', { name: 'Restrict' }).click();
      await page.getByRole('dialog').getByText('Cameras').waitFor();
      await fill();
      await page.getByRole('button', { name: 'Search there' }).click();
    };
    await restrict(async () => {
      await page.getByRole('checkbox', { name: '3', exact: true }).check();
      await page.getByRole('checkbox', { name: '5', exact: true }).check();
      await page.fill('[name=after]', '2026-05-12T14:00');
    });
    await finals(page, 2);
    await restrict(async () => {
      expect(await page.getByRole('checkbox', { name: '5', exact: true }).isChecked()).toBe(true);
      expect(await page.inputValue('[name=after]')).toBe('2026-05-12T14:00');
      await page.getByRole('checkbox', { name: '5', exact: true }).uncheck();
      await page.fill('[name=after]', '');
    });
    await finals(page, 3);
    expect(conversations.handled.slice(1).map(({ acts }) => acts)).toEqual([
      [{ act: 'constrain', cameras: ['3', '5'], after: '2026-05-12T14:00:00.000Z' }],
      [
        { act: 'lift', part: 'time' },
        { act: 'constrain', cameras: ['3'] },
      ],
    ]);
  });

  test('a gallery is browsed, filled with progress, and searched with', async () => {
    const { page, troubles } = await open();
    await page.getByRole('button', { name: 'Galleries' }).click();
    await page.locator('.pictures img').first().waitFor();
    await page.getByLabel('Camera').first().selectOption('4');
    await page.getByRole('button', { name: 'Add pictures' }).click();
    const bad = await badUploads();
    await page.setInputFiles('[name=files]', [...demoPictures.slice(0, 23).map(({ path }) => path)]);
    await page.getByLabel('Place').last().fill('gate');
    await page.getByRole('button', { name: 'Add them' }).click();
    await page.getByText('23 pictures added.').waitFor();
    await page.setInputFiles('[name=files]', {
      name: 'drawing.svg',
      mimeType: 'image/svg+xml',
      buffer: Buffer.from(bad[3]!.bytes),
    });
    await page.getByRole('button', { name: 'Add them' }).click();
    await page.locator('.failures', { hasText: 'This is an SVG drawing' }).waitFor();
    expect(galleries.uploads.map(({ names, facts }) => [names.length, facts.place])).toEqual([
      [20, 'gate'],
      [3, 'gate'],
      [1, 'gate'],
    ]);
    await page.locator('.pictures button').first().click();
    await page.getByRole('button', { name: 'Search with this picture' }).click();
    await finals(page, 1);
    expect(conversations.handled.at(-1)?.acts?.map(({ act }) => act)).toEqual(['constrain', 'show']);
    expect(troubles).toEqual([]);
  });

  test('of several people in a picture one is chosen', async () => {
    const { page } = await open();
    const frame = await page.screenshot();
    await page.setInputFiles('#files', { name: 'frame.png', mimeType: 'image/png', buffer: frame });
    await say(page, 'who is this?');
    await page.locator('.people .person').nth(1).waitFor();
    await page.locator('.people .person').nth(1).click();
    await finals(page, 2);
    expect(conversations.handled.at(-1)?.acts).toEqual([{ act: 'person', number: 2 }]);
  });

  test('a picture is pasted, dropped, and taken with the camera', async () => {
    const { page, troubles } = await open();
    const bytes = readFileSync(photo.path).toString('base64');
    const transfer = await page.evaluateHandle(`{
      const bytes = Uint8Array.from(atob('${bytes}'), (letter) => letter.charCodeAt(0));
      globalThis.items = new DataTransfer();
      items.items.add(new File([bytes], 'dropped.jpg', { type: 'image/jpeg' }));
      items;
    }`);
    await page.evaluate(
      "document.getElementById('say').dispatchEvent(new ClipboardEvent('paste', { clipboardData: items, bubbles: true, cancelable: true }))",
    );
    await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
    await page.getByRole('button', { name: 'Take a picture' }).click();
    await page.getByRole('button', { name: 'Take it' }).click();
    await page.locator('.tray li').nth(2).waitFor();
    await page.press('#say', 'Enter');
    await page.locator('.exchange').waitFor();
    await expect
      .poll(() => conversations.handled[0]?.attachments.map(({ name }) => name))
      .toEqual(['dropped.jpg', 'dropped.jpg', 'camera.jpg']);
    expect(troubles).toEqual([]);
  });

  test('the contact sheet is shown, and saved as a file', async () => {
    const { page } = await open();
    await say(page, 'red coat');
    await finals(page, 1);
    await page.getByRole('button', { name: 'Contact sheet' }).click();
    await isTrue(page, "document.querySelector('img.sheet')?.naturalWidth");
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Save as PNG' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('contact-sheet.png');
  });

  test.each([
    ['light', { colorScheme: 'light' as const }],
    ['dark', { colorScheme: 'dark' as const }],
    [
      'phone',
      {
        colorScheme: 'light' as const,
        viewport: { width: 360, height: 740 },
        hasTouch: true,
        isMobile: true,
      },
    ],
  ])('axe finds nothing serious in %s, and nothing is wider than the page', async (_, options) => {
    const { page } = await open(options);
    expect(await seriousFindings(page)).toEqual([]);
    await page.setInputFiles('#files', photo.path);
    await say(page, 'did we see this woman?');
    await finals(page, 1);
    await say(page, 'not 2, and she had a red cap, only camera 4');
    await finals(page, 2);
    await page.setInputFiles('#files', {
      name: 'a.jpg',
      mimeType: 'image/jpeg',
      buffer: Buffer.from('text'),
    });
    await page.press('#say', 'Enter');
    await page.locator('.error').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    for (const dialog of ['Contact sheet', 'Restrict']) {
      await page.getByRole('button', { name: dialog }).last().click();
      await page.locator('dialog .form, dialog img').first().waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      await page.keyboard.press('Escape');
    }
  });
});
