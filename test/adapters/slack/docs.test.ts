/** docs/slack.md: every scope, command, variable, key, sentence, link and picture in it is there; its commands run. */
import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ids, methods } from '../../../adapters/slack/methods.ts';
import { slack } from '../../../src/cli/serve/platforms/slack.ts';
import { platforms } from '../../../src/cli/serve/platforms.ts';
import { secretNames } from '../../../src/cli/serve/secrets.ts';
import { configSchema } from '../../../src/cli/serve/serve-config.ts';
import { environment } from '../../../src/cli/settings.ts';
import { packageRoot } from '../../../src/foundation/package-root.ts';
import { inspectPicture } from '../../../src/foundation/picture.ts';
import { drawPeople } from '../../cli/coloured-people.ts';
import { chatreid } from '../../cli/command-line.ts';
import { appOf } from './server/app-manifest.ts';
import { at, isObject, type Json } from './server/json.ts';
import { manifestPath } from './slack-house.ts';

const path = join(packageRoot(), 'docs', 'slack.md');
const page = await readFile(path, 'utf8');
const manifest = JSON.parse(await readFile(manifestPath, 'utf8')) as Json;
const app = appOf(manifest);
const fenced = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n((?:.*\n)*?)^\`\`\``, 'gm'))].map(
    ([, body = '']) => body,
  );
/** Words in backticks. */
const code = [...page.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`]+)`/g)].map(
  ([, words = '']) => words,
);
/** First cells of a table, by the head of its first column. */
const firstCells = (head: string) => {
  const table = page.slice(page.indexOf(`| ${head} |`)).split('\n\n')[0] ?? '';
  return table
    .split('\n')
    .slice(2)
    .map((line) => line.split(' | ')[0]?.replace(/^\| /, '') ?? '');
};

describe('docs/slack.md', () => {
  test('explains each scope of the manifest, and no other', () => {
    const told = firstCells('Scope').map((cell) => cell.replaceAll('`', ''));
    expect(told.sort()).toEqual([...app.scopes].sort());
    const needed = new Set<string>(Object.values(methods).flatMap(({ scopes }) => [...scopes]));
    for (const scope of needed) expect([...app.scopes]).toContain(scope);
  });

  test.each(code.filter((words) => /^[a-z_]+:[a-z.]+$/.test(words)))('the scope %s exists', (scope) => {
    expect([...app.scopes, 'connections:write']).toContain(scope);
  });

  test.each(code.filter((words) => /^message\./.test(words)))('the event %s is subscribed', (event) => {
    expect([...app.events]).toContain(event);
  });

  test('its command and its shortcut are those of the app', () => {
    const commands = code
      .flatMap((words) => /^\/[a-z]+/.exec(words)?.[0] ?? [])
      .filter((one) => one !== '/invite');
    expect(new Set(commands)).toEqual(new Set(['/find']));
    expect([...app.commands]).toEqual([ids.command]);
    expect([...app.shortcuts.message]).toEqual([ids.shortcut]);
    const shortcut = at(manifest, 'features', 'shortcuts', 0, 'name');
    expect(page).toContain(`**${String(shortcut)}**`);
    expect(page).toContain(`@${String(at(manifest, 'features', 'bot_user', 'display_name'))}`);
  });

  test('its variables are those that are read, and all of Slack’s are in it', () => {
    const told = new Set([...page.matchAll(/CHATREID_[A-Z_]+/g)].map(([name]) => name.replace(/_FILE$/, '')));
    const known = [...Object.keys(environment), ...secretNames(platforms).map(({ name }) => name)];
    for (const name of told) expect(known).toContain(name);
    for (const { name } of slack.secrets) expect([...told]).toContain(name);
  });

  test.each(fenced('yaml'))('a config is one: %s', (config) => {
    expect(() => configSchema(platforms).parse(parse(config))).not.toThrow();
  });

  test('what it changes for mode http is in the manifest, or is an address', () => {
    for (const body of fenced('json')) {
      for (const place of leaves(JSON.parse(body) as Json)) {
        const address = /url$/.test(String(place.at(-1)));
        expect(at(manifest, ...(address ? place.slice(0, -1) : place)), place.join('.')).toBeDefined();
      }
    }
  });

  test.each(
    firstCells('You see').flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, words = '']) => words)),
  )('the bot says "%s"', async (words) => {
    expect(await sources()).toContain(words);
  });

  test('what it points to is there', async () => {
    const targets = [...page.matchAll(/\]\(([^):]+)\)/g)].map(([, target]) => target ?? '');
    expect(targets.length).toBeGreaterThan(6);
    for (const target of targets) {
      const [file = '', heading] = target.split('#');
      if (file !== '') await access(join(dirname(path), file));
      else expect(anchors()).toContain(heading);
    }
  });

  test.each([...page.matchAll(/\((pictures\/[^)]+)\)/g)].map(([, file]) => file ?? ''))(
    '%s is a picture of less than 300 KB',
    async (file) => {
      const bytes = await readFile(join(dirname(path), file));
      expect(bytes.length).toBeLessThan(300_000);
      expect((await inspectPicture(bytes)).width).toBeGreaterThan(300);
    },
  );
});

describe('its commands', () => {
  let root = '';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'chatreid-slack-docs-'));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  test('check the config of its first steps', async () => {
    const commands = [...page.matchAll(/^chatreid (serve .*)$/gm)].map(([, line]) => line);
    expect(commands).toEqual(['serve --config serve.yaml --check', 'serve --config serve.yaml']);
    const { model } = await drawPeople(root);
    const config = join(root, 'serve.yaml');
    await writeFile(config, fenced('yaml')[0] ?? '');
    const tokens = Object.fromEntries(
      [...page.matchAll(/^export (\w+)=(\S+)$/gm)].map(([, name = '', value = '']) => [
        name,
        value.replace('…', 'of-a-reader'),
      ]),
    );
    const env = { CHATREID_HOME: join(root, 'home'), CHATREID_MODEL: model, ...tokens };
    const check = await chatreid(['serve', '--config', config, '--check'], { env });
    expect(check.stdout).toMatch(/^slack +would start/m);
    expect(check.exitCode).toBe(0);
    const copied = { ...env, CHATREID_SLACK_BOT_TOKEN: 'xoxb-…' };
    const example = await chatreid(['serve', '--config', config, '--check'], { env: copied });
    expect(example.stdout).toContain('is too short, or has a character in it that none has.');
    const without = await chatreid(['serve', '--config', config, '--check'], {
      env: { ...env, CHATREID_SLACK_APP_TOKEN: '' },
    });
    expect(without.stdout + without.stderr).toContain('CHATREID_SLACK_APP_TOKEN');
  });
});

/** Names and numbers down to each leaf. */
function leaves(value: Json, place: readonly (string | number)[] = []): (string | number)[][] {
  if (Array.isArray(value)) return value.flatMap((one, i) => leaves(one as Json, [...place, i]));
  if (!isObject(value)) return [[...place]];
  return Object.entries(value).flatMap(([name, one]) => leaves(one as Json, [...place, name]));
}

/** What the adapter and the command say, as it stands in their sources. */
async function sources(): Promise<string> {
  const folders = ['adapters/slack', 'src/cli/serve'].map((folder) => join(packageRoot(), folder));
  const names = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder)).filter((name) => name.endsWith('.ts')).map((name) => join(folder, name)),
    ),
  );
  return (await Promise.all(names.flat().map((name) => readFile(name, 'utf8')))).join('\n');
}

function anchors(): string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
}
