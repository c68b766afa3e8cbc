/** The page under an access policy, in a real browser: what is refused or waits is said, and a second person comes by a link. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebAdapter } from '../../../adapters/web/web-adapter.ts';
import { PolicyAccess } from '../../../src/trust/access/access.ts';
import { policySchema } from '../../../src/trust/access/policy.ts';
import { TalkHouse } from '../talk-house.ts';
import { seriousFindings } from './accessibility.ts';
import { chromiumPath, openBrowser, openPage } from './browser.ts';
import { StandInGalleries } from './stand-in-galleries.ts';

const policy = policySchema.parse({
  grants: [
    { role: 'searcher', to: ['web:alice', 'web:bob'] },
    { role: 'viewer', to: ['web:vera'] },
  ],
  approval: { galleries: ['demo'] },
});
const secretOf = (name: string) => `${name}-knows-this-secret`;

describe.runIf(chromiumPath !== undefined)('the page under a policy', { timeout: 180_000 }, () => {
  let house: TalkHouse;
  let browser: Browser;
  let adapter: WebAdapter;

  beforeAll(async () => {
    [house, browser] = await Promise.all([TalkHouse.build(), openBrowser()]);
    adapter = new WebAdapter({
      port: 0,
      timeZone: 'UTC',
      galleries: new StandInGalleries(),
      tokens: ['alice', 'bob', 'vera'].map((name) => ({ name, secret: secretOf(name) })),
      mayOpen: ({ user }) => user === 'web:bob',
    });
    await adapter.start(await house.conversations({}, new PolicyAccess(policy)));
  });
  afterAll(async () => {
    await browser.close();
    await adapter.stop();
    await house.remove();
  });

  /** @param link what stands after the address of the page */
  async function signedIn(name: string, link = '', look: BrowserContextOptions = {}) {
    const watched = await openPage(browser, `${adapter.url}${link}`, look);
    await watched.page.fill('#token', secretOf(name));
    await watched.page.press('#token', 'Enter');
    await watched.page.locator('#say').waitFor();
    return watched;
  }

  async function say(page: Page, text: string): Promise<void> {
    await page.fill('#say', text);
    await page.press('#say', 'Enter');
  }

  test('a search waits, is approved by whoever has its link, and nobody else gets in by it', async () => {
    const { page: alice, troubles } = await signedIn('alice');
    await say(alice, 'man in a green top');
    await alice.getByRole('button', { name: 'Approve' }).waitFor();
    expect((await alice.locator('.answer').allInnerTexts()).join('\n')).toMatch(
      /wait for a second person.*address of this page/s,
    );
    const link = new URL(alice.url()).hash;

    const vera = await signedIn('vera', link);
    await vera.page.getByRole('heading', { name: 'There is no such search, or it is not yours.' }).waitFor();
    expect(await vera.page.locator('#connection').isHidden()).toBe(true);
    expect(await vera.page.content()).not.toContain('green top');

    const bob = await signedIn('bob', link);
    await bob.page.getByRole('heading', { name: 'alice' }).waitFor();
    await bob.page.getByRole('button', { name: 'Approve' }).click();
    for (const page of [alice, bob.page]) await page.locator('.card img').first().waitFor();
    await alice.getByRole('heading', { name: 'bob' }).waitFor();
    expect(troubles).toEqual([]);

    for (const page of [alice, bob.page, vera.page]) {
      await page.locator('#sign-out').click();
      await page.locator('#token').waitFor();
      expect(new URL(page.url()).hash).toBe('');
      await page.context().close();
    }
  });

  test.each([
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['phone', { viewport: { width: 390, height: 844 } }],
  ] as const)('what is denied is said, and axe finds nothing serious in %s', async (_, look) => {
    const { page, troubles } = await signedIn('vera', '', look);
    await say(page, 'man in a green top');
    await page.locator('.error .what', { hasText: 'You may not search' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(troubles).toEqual([]);
    await page.context().close();
  });
});
