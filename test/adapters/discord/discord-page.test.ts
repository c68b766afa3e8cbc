/** docs/discord.md: every command, option, key, variable, permission, sentence and picture that it names is there. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ApplicationCommandType, PermissionFlagsBits } from 'discord.js';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { commands } from '../../../adapters/discord/commands.ts';
import { configKeys } from '../../../src/cli/serve/config-keys.ts';
import { platforms } from '../../../src/cli/serve/platforms.ts';
import { secretNames } from '../../../src/cli/serve/secrets.ts';
import { parseServeConfig } from '../../../src/cli/serve/serve-config.ts';
import { environment } from '../../../src/cli/settings.ts';
import { packageRoot } from '../../../src/foundation/package-root.ts';

const root = packageRoot();
const docs = join(root, 'docs');
const page = await readFile(join(docs, 'discord.md'), 'utf8');

/** Rows of the table whose first line is this, by their first cell. */
function table(head: string): ReadonlyMap<string, string> {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${head} |`));
  expect(start).toBeGreaterThanOrEqual(0);
  const rows: [string, string][] = [];
  for (const line of lines.slice(start + 2)) {
    const [, first, rest] = /^\| (.+?) \| (.*) \|$/.exec(line) ?? [];
    if (first === undefined || rest === undefined) break;
    rows.push([first, rest]);
  }
  return new Map(rows);
}

function codes(text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!);
}

function fenced(language: string): string[] {
  return [...page.matchAll(new RegExp(`^ *\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\`$`, 'gm'))].map(
    ([, text]) => text!,
  );
}

async function sources(folder: string): Promise<string> {
  const names = await readdir(join(root, folder), { recursive: true });
  const files = names.filter((name) => name.endsWith('.ts'));
  return (await Promise.all(files.map((name) => readFile(join(root, folder, name), 'utf8')))).join('\n');
}

test('commands: all that are named are registered, and all that are registered are named', () => {
  const named = codes(page).filter((code) => /^\/[a-z]+$/.test(code));
  const slash = commands.filter(({ type }) => type === ApplicationCommandType.ChatInput);
  expect([...new Set(named)].sort()).toEqual(slash.map(({ name }) => `/${name}`).sort());
  for (const { name, type } of commands)
    if (type === ApplicationCommandType.Message) expect(page).toContain(`\`${name}\``);
});

test.each(['find', 'refine', 'forget'])('the options that are named of /%s exist', (name) => {
  const [, row = ''] = new RegExp(`^\\| .*\`/${name}\`.*? \\| (.*) \\|$`, 'm').exec(page) ?? [];
  const options = commands.find((one) => one.name === name)?.options?.map((option) => option.name);
  const named = codes(row).filter((code) => /^[a-z]+$/.test(code));
  expect(named.length).toBeGreaterThan(0);
  expect(options).toEqual(expect.arrayContaining(named));
});

test('permissions: the table, the list of the invitation and the number of the address say the same', () => {
  const bits = PermissionFlagsBits as Readonly<Record<string, bigint>>;
  const rows = [...table('Permission').keys()];
  const [, listed = ''] = /^2\. \*Bot Permissions\*: tick ([\s\S]*?)^3\./m.exec(page) ?? [];
  const ticked = [...listed.matchAll(/\*\*(.+?)\*\*/g)].map(([, name]) => name!);
  expect([...ticked].sort()).toEqual([...rows].sort());
  // The portal says "View Channels", the library ViewChannel.
  const sum = rows.map(
    (name) =>
      bits[
        name.replace('Channels', 'Channel').replace(/ (\w)/g, (_all, letter: string) => letter.toUpperCase())
      ],
  );
  expect(sum).not.toContain(undefined);
  const asked = /permissions=(\d+)/.exec(page)?.[1];
  expect(asked).toBe(String(sum.reduce<bigint>((all, one) => all | (one ?? 0n), 0n)));
});

test('config: the example is taken, and the table has every key that is not for tests', () => {
  for (const yaml of fenced('yaml')) {
    const { platforms: wanted } = parseServeConfig(yaml, 'docs/discord.md', platforms);
    expect(wanted.map(({ platform }) => platform.name)).toEqual(['discord']);
  }
  const discord = platforms.find(({ name }) => name === 'discord')!;
  const keys = configKeys(discord.section).filter(
    ({ schema }) => !/for tests$/.test(schema.description ?? ''),
  );
  expect([...table('Key of `discord`').keys()]).toEqual(keys.map(({ path }) => `\`${path}\``));
});

test('variables and options of the command line exist', async () => {
  const known = [
    ...Object.keys(environment),
    ...secretNames(platforms).flatMap(({ name }) => [name, `${name}_FILE`]),
  ];
  const variables = [...page.matchAll(/CHATREID_[A-Z_]+/g)].map(([name]) => name);
  expect(variables).toContain('CHATREID_DISCORD_TOKEN');
  expect(known).toEqual(expect.arrayContaining([...new Set(variables)]));
  const serve = await readFile(join(root, 'src/cli/commands/serve.ts'), 'utf8');
  const lines = [...page.matchAll(/^npm run -s chatreid -- serve (.*)$/gm)].map(([, rest]) => rest!);
  expect(lines).toHaveLength(3);
  for (const flag of lines.flatMap((line) => line.match(/--[a-z]+/g) ?? [])) expect(serve).toContain(flag);
});

/** Discord's own sentences. */
const notOurs = [
  'Private application cannot have a default authorization link',
  'The application did not respond',
  'This interaction failed',
  'You are being rate limited',
];

test('sentences that are quoted are those that the bot says', async () => {
  const said = `${await sources('adapters')}\n${await sources('src/cli/serve')}`;
  const quoted = [...table('What you see').keys()].flatMap((cell) =>
    [...cell.matchAll(/"([^"]+)"/g)].map(([, sentence]) => sentence!),
  );
  expect(quoted.length).toBeGreaterThan(8);
  for (const sentence of quoted.filter((one) => !notOurs.includes(one))) {
    // Numbers are filled in.
    const parts = sentence.split(/\d+/).filter((part) => part.trim() !== '');
    for (const part of parts) expect(said).toContain(part);
  }
  for (const code of [...page.matchAll(/\b(\d{5}) (?=[A-Z])/g)].map(([, code]) => code!)) {
    expect(said).toContain(code);
  }
});

test('links lead somewhere', async () => {
  const links = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link!);
  const anchors = [...page.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
  for (const link of links) {
    if (link.startsWith('#')) expect(anchors).toContain(link.slice(1));
    else await expect(stat(join(docs, link)), link).resolves.toBeDefined();
  }
  const metrics = [...page.matchAll(/chatreid_[a-z_]+/g)].map(([name]) => name);
  const known = await sources('src/cli/serve');
  for (const name of metrics) expect(known).toContain(name);
});

test('pictures are PNG below 300 KB, and every one is shown', async () => {
  const names = (await readdir(join(docs, 'pictures'))).filter((name) => name.startsWith('discord-'));
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) {
    const path = join(docs, 'pictures', name);
    expect(page).toContain(`(pictures/${name})`);
    expect((await stat(path)).size).toBeLessThan(300 * 1024);
    expect((await sharp(path).metadata()).format).toBe('png');
  }
});
