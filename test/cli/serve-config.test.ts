/** The config of `chatreid serve`: what it may hold, the sentence for what it may not, and where secrets are. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configKeys } from '../../src/cli/serve/config-keys.ts';
import { exampleConfig } from '../../src/cli/serve/example-config.ts';
import { platforms } from '../../src/cli/serve/platforms.ts';
import { readSecrets, secretNames } from '../../src/cli/serve/secrets.ts';
import { configSchema, parseServeConfig, readServeConfig } from '../../src/cli/serve/serve-config.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatreid-serve-config-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const parse = (text: string) => parseServeConfig(text, 'serve.yaml', platforms);

describe('what is allowed', () => {
  test('YAML and JSON, a section with nothing in it, defaults for the rest', () => {
    for (const text of ['web:', 'web: {}', '{"web": {}}']) {
      const config = parse(text);
      expect(config).toMatchObject({ graceSeconds: 20, log: { level: 'info', format: 'auto' } });
      expect(config.operator).toBeUndefined();
      expect(config.platforms.map(({ platform, section }) => [platform.name, section])).toEqual([
        ['web', { host: '127.0.0.1', port: 8787 }],
      ]);
    }
  });

  test('the same for health and metrics, and for the log', () => {
    const config = parse('web:\nlog:\noperator:');
    expect(config).toMatchObject({ log: { level: 'info' }, operator: { host: '127.0.0.1', port: 9464 } });
  });

  test('the example, which has every key and every platform', () => {
    // What it has commented out is a key too.
    const whole = exampleConfig.replaceAll(/^(\s*)# ([a-z]\w*:)/gm, '$1$2');
    const config = parse(whole);
    expect(config.platforms.map(({ platform }) => platform.name)).toEqual(platforms.map(({ name }) => name));
    expect(parse(exampleConfig).platforms.length).toBeGreaterThan(0);
    for (const { path } of configKeys(configSchema(platforms))) {
      const [first, ...rest] = path.split('.');
      expect(whole, path).toMatch(new RegExp(`^${first}:`, 'm'));
      for (const name of rest) expect(whole, path).toMatch(new RegExp(`^ +${name}:`, 'm'));
    }
  });
});

describe('what is wrong is told by its path', () => {
  test.each([
    ['', 'names no platform'],
    ['gallery: lobby', 'names no platform'],
    ['web: {port: 99999}', 'web.port must be a number that is at most 65535'],
    ['web: {port: eighty}', 'web.port must be a number'],
    ['web: {port: 80.5}', 'web.port must be a whole number'],
    ['web: 5', 'web must be a section'],
    ['web: {hots: x}', 'web.hots is no key of this config; allowed there: host, port'],
    ['web:\nlog: {level: loud}', 'log.level must be one of silent, error, warn, info, debug'],
    ['web:\nslak:', 'slak is no key of this config; allowed there: gallery, graceSeconds'],
    ['web:\ngraceSeconds: -1', 'graceSeconds must be a number that is at least 0'],
    ['[1, 2]', 'must be a section'],
    ['web: {', 'neither YAML nor JSON'],
    [
      'discord: {guilds: [123456789012345678]}',
      'discord.guilds.0 must be text (digits alone need quotation marks).',
    ],
    ['slack: {allowTeams: T0123456789}', 'slack.allowTeams must be a list, as in [a, b].'],
    [
      'web:\naccess: {grants: [{role: boss, to: [x]}]}',
      'access.grants.0.role must be one of viewer, searcher',
    ],
    [
      'web:\naccess: {grants: [{role: viewer, to: []}]}',
      'access.grants.0.to must be a list whose length is at least 1',
    ],
    [
      'web:\naccess: {grants: [{role: viewer, to: [x], camera: ["3"]}]}',
      'access.grants.0.camera is no key of this config; allowed there: role, to, galleries, cameras, places',
    ],
    [
      'web:\naccess: {grants: [{role: viewer, to: [x], cameras: [3]}]}',
      'access.grants.0.cameras.0 must be text (digits',
    ],
    [
      'web:\naccess: {grants: [{role: viewer, to: [x], after: soon}]}',
      'access.grants.0.after: must be a time such as',
    ],
    [
      'web:\naccess: {grants: [], case: {pattern: "("}}',
      'access.case.pattern: must be a regular expression.',
    ],
    [
      'web:\naccess: {grants: [], aproval: {}}',
      'access.aproval is no key of this config; allowed there: grants, case',
    ],
    ['web:\naccess:', 'access must be a section'],
    ['web: {tokens: [alice]}', 'web.tokens.0 must be a section'],
    ['web: {tokens: [{name: Alice}]}', 'web.tokens.0.name: must be small letters'],
    ['web: {tokens: [{name: alice-file}]}', 'web.tokens.0.name: must be small letters'],
    ['web: {tokens: [{name: token}]}', 'web.tokens.0.name: must be small letters'],
    ['web: {tokens: [{name: a-b}, {name: a-b}]}', 'web.tokens: must have different names'],
    ['slack: {path: events}', 'slack.path: must begin with /.'],
    ['web: {port: 1}\nweb: {port: 2}', 'neither YAML nor JSON'],
  ])('%j', (text, sentence) => {
    expect(() => parse(text)).toThrow(sentence);
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });

  test('all mistakes at once', () => {
    const text = 'web: {port: x, host: ""}\nlog: {format: xml}';
    for (const path of ['web.port', 'web.host', 'log.format']) expect(() => parse(text)).toThrow(path);
  });

  test('a file that is not there', async () => {
    await expect(readServeConfig(join(folder, 'none.yaml'), platforms)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      next: expect.stringContaining('--example'),
    });
  });
});

const planted = 'hunter2-planted-secret';
// Put together here, so that nobody takes them for real ones.
const slackToken = ['xoxb', '1234567890', 'planted'].join('-');
const discordToken = ['M'.repeat(26), 'GplanT', 'planted'.repeat(5)].join('.');

describe('a secret in the config is refused, and not repeated', () => {
  test.each([
    [`web:\n  token: ${planted}`, 'web.token', 'CHATREID_WEB_TOKEN'],
    [`web:\n  tokens: [{name: alice, token: ${planted}}]`, 'web.tokens.0.token', 'CHATREID_WEB_TOKEN'],
    [`web:\n  host: ${slackToken}`, 'web.host', 'CHATREID_WEB_TOKEN'],
    [`web:\ngallery: ${discordToken}`, 'gallery', 'CHATREID_WEB_TOKEN'],
    [`web:\nslack: {botToken: ${planted}}`, 'slack.botToken', 'CHATREID_'],
    [`web:\nlog: {password: ${planted}}`, 'log.password', 'CHATREID_'],
    [`web:\nextra: [{api_key: ${planted}}]`, 'extra.0.api_key', 'CHATREID_'],
    [`web:\n${slackToken}: 1`, '(a key)', 'CHATREID_'],
  ])('%#', (text, path, variable) => {
    const error = thrown(() => parse(text));
    expect(error.message).toContain(`${path} holds a secret`);
    expect(error.message).toContain(variable);
    for (const secret of [planted, slackToken, discordToken])
      expect(JSON.stringify(error)).not.toContain(secret);
  });

  test('nor is it where the file cannot be read as YAML', () => {
    const error = thrown(() => parse(`web:\n  token: "${planted}`));
    expect(`${error.message} ${String(error.cause)}`).not.toContain(planted);
  });
});

describe('secrets', () => {
  const name = 'CHATREID_WEB_TOKEN';
  const read = (env: NodeJS.ProcessEnv, needed: string[] = [name]) =>
    readSecrets([{ name, what: 'the token' }], needed, env);

  test('come from the environment, or from the file that it names', async () => {
    const file = join(folder, 'token');
    await writeFile(file, `  ${planted}\n`);
    expect((await read({ [name]: ` ${planted} ` })).get(name)).toBe(planted);
    expect((await read({ [`${name}_FILE`]: file })).get(name)).toBe(planted);
    expect((await read({}, [])).has(name)).toBe(false);
  });

  test('that are needed and not there are named', async () => {
    await writeFile(join(folder, 'empty'), '\n');
    const wrong: NodeJS.ProcessEnv[] = [
      {},
      { [name]: '  ' },
      { [`${name}_FILE`]: join(folder, 'nowhere') },
      { [`${name}_FILE`]: join(folder, 'empty') },
      { [name]: planted, [`${name}_FILE`]: join(folder, 'empty') },
    ];
    for (const env of wrong) {
      const error = await read(env).catch((caught: Error) => caught);
      expect(error).toMatchObject({ code: 'OPTION_INVALID', message: expect.stringContaining(name) });
      expect((error as Error).message).not.toContain(planted);
    }
  });

  test.each(['xoxb-…', 'the token', 'x'])('copied from the docs, or in part: %s', async (copied) => {
    await expect(read({ [name]: copied })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: `${name} (the token) is too short, or has a character in it that none has.`,
    });
    const chosen = readSecrets([{ name, what: 'the token', chosen: true }], [name], { [name]: copied });
    expect((await chosen).get(name)).toBe(copied);
  });

  test('have a name of their own each', () => {
    const names = secretNames(platforms).map((secret) => secret.name);
    expect(new Set(names).size).toBe(names.length);
    for (const one of names) expect(one).toMatch(/^CHATREID_[A-Z_]+$/);
  });
});

function thrown(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('It was not refused.');
}
