/** A real Chromium without a window, where one is installed, and pages that hear of everything that goes wrong in them. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

export const chromiumPath = [
  process.env.CHATREID_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));

export const noChromium =
  'No Chromium was found, so the web page is not tested: install Debian’s chromium, or set CHATREID_CHROMIUM to a browser. ' +
  'CHATREID_CHROMIUM=none says that this machine is to do without.';

/** Whether this machine was told to do without, as a CI without browsers is. */
export const goesWithout = process.env.CHATREID_CHROMIUM === 'none';

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath!,
    args: ['--no-sandbox', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
  });
}

export interface WatchedPage {
  readonly page: Page;
  /** Errors of scripts, refusals of the content security policy, requests to elsewhere. */
  readonly troubles: string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (message) => {
    // A request that fails is part of some tests, and the browser says so by itself.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      troubles.push(message.text());
  });
  page.on('request', (request) => {
    const address = request.url();
    if (!address.startsWith(url) && !/^(blob|data):/.test(address)) troubles.push(`asked for ${address}`);
  });
  // A machine that is busy with other things starts a browser slowly.
  await page.goto(url, { timeout: 120_000 });
  return { page, troubles };
}
