/** Draws docs/pictures/discord-*.png, by hand when the posts change: npx tsx test/adapters/discord/pictures/draw-pictures.ts */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import sharp from 'sharp';
import { packageRoot } from '../../../../src/foundation/package-root.ts';
import { openBrowser } from '../../web/browser.ts';
import { isFinal } from '../posted-reading.ts';
import { DiscordServer } from '../server/discord-server.ts';
import type { Message } from '../server/message.ts';
import { messagesPage } from './message-html.ts';

const root = packageRoot();
const photo = 'd0003_c3_04.jpg';
/** Milliseconds; the first answer loads the model and registers the demo. */
const patience = 10 * 60_000;

const discord = await DiscordServer.start();
const folder = await mkdtemp(join(tmpdir(), 'chatreid-discord-'));
const bot = await serve();
try {
  await draw();
} finally {
  bot.kill('SIGTERM');
  await new Promise((resolve) => bot.once('exit', resolve));
  await discord.stop();
  await rm(folder, { recursive: true, force: true });
}

async function serve(): Promise<ChildProcess> {
  const config = join(folder, 'serve.json');
  const section = { apiUrl: discord.api, attachmentHosts: ['127.0.0.1'] };
  await writeFile(config, JSON.stringify({ gallery: 'demo', discord: section }));
  return spawn(
    process.execPath,
    ['--import', 'tsx', join(root, 'src/cli/main.ts'), 'serve', '--config', config],
    {
      cwd: root,
      stdio: 'inherit',
      env: {
        ...process.env,
        CHATREID_HOME: join(folder, 'home'),
        CHATREID_DISCORD_TOKEN: discord.token,
        CHATREID_TIME_ZONE: 'Europe/Berlin',
      },
    },
  );
}

async function draw(): Promise<void> {
  const { people, world } = discord;
  await until(() => discord.gateway.connected && discord.commands.list().length > 0);
  const bytes = await readFile(join(root, 'model/demo/pictures', photo));
  const found = await people.slash('anna', 'gate', 'find', {
    photo: { name: 'photo.jpg', bytes },
    words: 'did we see this woman?',
  });
  const answer = await until(() => finalOf(found.original));
  await save('discord-answer.png', '#gate', [answer]);

  const thread = world.threads('gate')[0]!;
  const said = await people.say('anna', thread.id, 'not 4, and only camera 1 or 6');
  const next = await until(() => thread.messages.filter(finalOf).find(({ at }) => at > said.at));
  await save('discord-thread.png', `Thread: ${thread.name}`, [said, next]);

  const status = await people.slash('anna', 'lobby', 'status');
  const told = await until(() => (status.original?.embeds.length ? status.original : undefined));
  await save('discord-private.png', '#lobby', [told]);
}

function finalOf(message: Message | undefined): Message | undefined {
  return message !== undefined && isFinal(message) ? message : undefined;
}

async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (const end = Date.now() + patience; Date.now() < end; await wait(200)) {
    const seen = look();
    if (seen) return seen;
  }
  throw new Error('The bot did not answer in time.');
}

async function save(name: string, title: string, messages: readonly Message[]): Promise<void> {
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 760, height: 200 } });
    await page.setContent(messagesPage(title, messages, discord.bot), { waitUntil: 'load' });
    const shot = await page.screenshot({ fullPage: true });
    const small = await sharp(shot).png({ palette: true, quality: 90, effort: 10 }).toBuffer();
    await writeFile(join(root, 'docs', 'pictures', name), small);
    console.log(`${name}: ${Math.round(small.length / 1024)} KB`);
  } finally {
    await browser.close();
  }
}
