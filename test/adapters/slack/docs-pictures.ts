/** Draws the pictures of docs/slack.md: the demo's story through the real adapter and model, its blocks as a plain page. `npx tsx test/adapters/slack/docs-pictures.ts` */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { Composition } from '../../../src/cli/composition.ts';
import { runCommandLine } from '../../../src/cli/program.ts';
import { settingsFrom } from '../../../src/cli/settings.ts';
import { packageRoot } from '../../../src/foundation/package-root.ts';
import { openBrowser } from '../web/browser.ts';
import { demoGallery, demoQueries } from '../web/demo-people.ts';
import { chatPage, type ShownMessage, viewPage } from './blocks-html.ts';
import type { SaidOnSlack } from './server/people.ts';
import type { SlackMessage } from './server/workspace.ts';
import { SlackHouse } from './slack-house.ts';

const folder = join(packageRoot(), 'docs', 'pictures');
/** On the Thursday after: the pictures of the demo are of Tuesday and Wednesday. */
const now = () => new Date('2026-05-14T10:00:00Z');
const photo = demoQueries[0]!;
/** A page that people read, not a wall. */
const registered = demoGallery.filter(({ personId }) => personId <= '0012');

const home = await mkdtemp(join(tmpdir(), 'chatreid-pictures-'));
const env = { ...process.env, NO_COLOR: '1', CHATREID_HOME: home, CHATREID_TIME_ZONE: 'UTC' };
const house = await SlackHouse.build({ now });
const parts = new Composition(settingsFrom(env));
const browser = await openBrowser();
try {
  await register();
  const store = await parts.store();
  await house.open(await parts.conversations('site', now), {
    timeZone: 'UTC',
    now,
    galleries: { list: () => store.galleries() },
  });
  await mkdir(folder, { recursive: true });
  const { people, views } = house.slack;
  const asked = people.upload([{ name: 'photo.jpg', bytes: await readFile(photo.path) }], {
    text: 'did we see this woman on Tuesday?',
    mention: true,
  });
  const answer = await answerTo(asked);
  await draw('slack-answer', chat([messageAt(asked.ts), answer]));
  const refined = people.reply(asked, {
    text: 'not 3, and in the afternoon, only camera 4',
  });
  await draw('slack-refined', chat([messageAt(refined.ts), await answerTo(refined)]));
  await people.press({ ts: answer.ts }, 'Filters');
  await until(() => views.top('U0ANNA') !== undefined);
  await draw('slack-filters', viewPage(views.top('U0ANNA')!.payload, pictureOf));
  await people.openHome();
  await until(() => views.homes.has('U0ANNA'));
  await draw('slack-home', viewPage(views.homes.get('U0ANNA')!.payload, pictureOf));
} finally {
  await browser.close();
  await house.remove();
  await parts.close();
  await rm(home, { recursive: true, force: true });
}

async function register(): Promise<void> {
  const manifest = join(home, 'site.jsonl');
  const rows = registered.map(({ path, personId, cameraId, place, time }) =>
    JSON.stringify({ path, person_id: personId, camera_id: cameraId, place, time }),
  );
  await writeFile(manifest, rows.join('\n'));
  const code = await runCommandLine(['gallery', 'add', manifest, '--gallery', 'site'], {
    stdin: Object.assign(Readable.from([]), { isTTY: false }),
    stdout: new PassThrough().resume(),
    stderr: new PassThrough().resume(),
    env,
    signal: new AbortController().signal,
    now,
  });
  if (code !== 0) throw new Error('The demo pictures could not be registered.');
}

function messageAt(ts: string): SlackMessage {
  return house.slack.workspace.message('C0GATE', ts);
}

async function answerTo({ channel, ts }: SaidOnSlack): Promise<SlackMessage> {
  await until(() => house.finals(`${channel}/${ts}`).length > 0);
  return house.finals(`${channel}/${ts}`)[0]!;
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 3_000 && !holds(); i++) await sleep(100);
  if (!holds()) throw new Error(`Nothing came: ${house.troubles.map(({ message }) => message).join(' ')}`);
}

function chat(messages: readonly SlackMessage[]): string {
  const shown = messages.map(
    ({ fromBot, text, blocks, fileIds }): ShownMessage => ({
      name: fromBot ? 'ChatReID' : 'Anna Okafor',
      bot: fromBot,
      text,
      ...(blocks === undefined ? {} : { blocks }),
      pictures: fileIds.map(pictureOf),
    }),
  );
  return chatPage(shown, pictureOf);
}

function pictureOf(id: string): string {
  const bytes = house.slack.files.file(id).bytes!;
  const type = bytes[0] === 0xff ? 'image/jpeg' : 'image/png';
  return `data:${type};base64,${bytes.toString('base64')}`;
}

/** Colours are few in it, so a palette keeps it small and sharp. */
async function draw(name: string, html: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 764, height: 400 } });
  await page.setContent(html);
  const whole = await page.screenshot({ fullPage: true });
  await page.close();
  await writeFile(
    join(folder, `${name}.png`),
    await sharp(whole).png({ palette: true, colours: 192 }).toBuffer(),
  );
}
