/** Secrets: from the environment or files alone, and in nothing that the program says, keeps, answers or hands on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WebAdapter } from '../../adapters/web/web-adapter.ts';
import { recordConfiguration } from '../../src/cli/audit/configuration.ts';
import { Composition, makers } from '../../src/cli/composition.ts';
import { redactor, secretValues, withoutCredentials } from '../../src/cli/redaction.ts';
import { settingsFrom } from '../../src/cli/settings.ts';
import type { Work } from '../../src/cli/shell.ts';
import { EngineProcess } from '../../src/engine/process/engine-process.ts';
import { entriesOf } from '../../src/trust/audit-entries.ts';
import { StandInConversations, replyTo } from '../adapters/stand-in-conversations.ts';
import { StandInGalleries } from '../adapters/web/stand-in-galleries.ts';
import { drawPeople, drawPerson } from '../cli/coloured-people.ts';
import { chatreid, colourModel } from '../cli/command-line.ts';
import { PlayedAdapter, startBot } from '../cli/serve-house.ts';
import { temporaryFolder } from '../gallery/temporary-folder.ts';
import { environmentHostUrl } from '../support/environment-host.ts';
import searchOutput from '../support/search-output.ts';
import { hearIn, listener, outputFolder, plant, secretsShown } from '../support/heard-output.ts';

const secret = 'planted-secret/with"quotes"';
const password = 'planted-password';
const folder = await temporaryFolder();

describe('the search through all that programs said in a run of the tests', () => {
  const found = (name: string) => secretsShown(join(folder, name)).shown.map(({ line }) => line);
  let here: string;
  let count = 0;
  beforeEach(async () => {
    here = join(folder, `heard-${count++}`);
    await mkdir(here);
  });
  const name = () => `heard-${count - 1}`;

  test.each([
    ['as it is', secret],
    ['in JSON', JSON.stringify({ what: `x ${secret}` })],
    ['in an address', `https://x.example/?key=${encodeURIComponent(secret)}`],
    ['of a platform that nobody planted', `said ${['xoxb', '1', 'a'].join('-')}`],
    ['as a header', 'authorization: Bearer abcdef'],
  ])('finds one %s', (_, line) => {
    plant({ CHATREID_SLACK_BOT_TOKEN: secret }, here);
    listener(here)(`before\n${line}\nafter\n`);
    expect(found(name())).toHaveLength(1);
    expect(found(name())[0]).not.toContain(secret);
  });

  test('finds one that comes in two pieces, beside what others say', () => {
    plant({ CHATREID_ENGINE_KEY: secret }, here);
    const [one, other] = [listener(here), listener(here)];
    one(secret.slice(0, 9));
    other('something else\n');
    one(Buffer.from(`${secret.slice(9)}\n`));
    expect(found(name())).toHaveLength(1);
  });

  test('finds nothing in lines without one', () => {
    plant({ CHATREID_ENGINE_KEY: secret, CHATREID_HOME: '/home/somebody' }, here);
    listener(here)('/home/somebody xoxb-… Bearer\n');
    expect(secretsShown(here)).toMatchObject({ shown: [], lines: 2 });
  });

  test('ends the run with a failure where there is one, and says where', () => {
    const [kept, code] = [outputFolder()!, process.exitCode];
    const search = searchOutput();
    try {
      plant({ CHATREID_ENGINE_KEY: secret });
      listener()(`said ${secret}\n`);
      expect(search).toThrow(/Secrets in 1 lines.*\n.*said \[removed\]/);
      expect(process.exitCode).toBe(1);
    } finally {
      rmSync(outputFolder()!, { recursive: true });
      process.exitCode = code;
      hearIn(kept);
    }
  });

  test('hears every child process, and knows what it was given', async () => {
    const kept = outputFolder()!;
    hearIn(here);
    try {
      const say = `process.stdout.write(process.env.CHATREID_WEB_TOKEN); process.stderr.write('x')`;
      const child = spawn(process.execPath, ['-e', say], { env: { CHATREID_WEB_TOKEN: 'planted-token' } });
      child.stdout.resume();
      await once(child, 'close');
    } finally {
      hearIn(kept);
    }
    expect(found(name())).toEqual(['[removed]']);
  });
});

describe('secrets of the environment', () => {
  test('are found by their names, in files and in addresses too, and nothing else is one', async () => {
    const file = join(folder, 'token.txt');
    await writeFile(file, ' from-a-file \n');
    const env = {
      CHATREID_SLACK_BOT_TOKEN: 'bot-token-1',
      CHATREID_SLACK_SIGNING_SECRET: 'signing-secret',
      CHATREID_WEB_TOKEN_NIGHT_SHIFT: 'night-shift-token',
      CHATREID_DISCORD_TOKEN_FILE: file,
      CHATREID_WEB_TOKEN_FILE: join(folder, 'nowhere'),
      CHATREID_ENGINE_KEY: 'short',
      CHATREID_STATE_URL: `postgres://chat:${password}@db.example/talks`,
      CHATREID_HOME: '/var/lib/chatreid',
      CHATREID_MODEL: '/models/large-one',
      OTHER_TOKEN: 'not-one-of-ours',
    };
    expect(secretValues(env)).toEqual([
      'bot-token-1',
      'signing-secret',
      'night-shift-token',
      'from-a-file',
      password,
    ]);
    expect(redactor([])('nothing to see')).toBe('nothing to see');
    expect(withoutCredentials(`http://u:${password}@gpu.example/v1`)).toBe('http://gpu.example/v1');
  });

  test('may be in a file for the key of a model server and the address of a store', async () => {
    const file = join(folder, 'key.txt');
    await writeFile(file, `${secret}\n`);
    const env = { CHATREID_ENGINE_URL: 'http://gpu.example/v1', CHATREID_ENGINE_KEY_FILE: file };
    expect(settingsFrom(env).remote?.key).toBe(secret);
    const twice = { ...env, CHATREID_ENGINE_KEY: secret };
    expect(() => settingsFrom(twice)).toThrow('Both CHATREID_ENGINE_KEY and CHATREID_ENGINE_KEY_FILE');
    expect(() => settingsFrom({ CHATREID_STATE_URL_FILE: join(folder, 'nowhere') })).toThrow(
      'cannot be read',
    );
  });
});

describe('a program that has secrets', () => {
  let env: Record<string, string>;
  let home: string;
  let pictures: string;
  const secrets = {
    CHATREID_SLACK_TOKEN: secret,
    CHATREID_WEB_TOKEN: 'planted-web-token',
    CHATREID_ENGINE_KEY: 'planted-engine-key',
  };
  const planted = [...Object.values(secrets), password];
  beforeAll(async () => {
    home = join(folder, 'home');
    const drawn = await drawPeople(folder);
    pictures = drawn.pictures;
    env = { CHATREID_HOME: home, CHATREID_MODEL: drawn.model };
    expect((await chatreid(['gallery', 'add', pictures], { env })).exitCode).toBe(0);
  });

  test('tells none in an error, its JSON and its stack, whatever the error quotes', async () => {
    const quoting = async () => {
      throw new Error(`upstream said ${secret} and ${password}`, {
        cause: new Error(encodeURIComponent(secret)),
      });
    };
    const url = `postgres://chat:${password}@db.example/talks`;
    const told = { ...env, ...secrets, CHATREID_STATE_URL: url, CHATREID_DEBUG: '1' };
    for (const more of [[], ['--json']]) {
      const ran = await chatreid(['ask', 'red', ...more], { env: told, model: { encodeTexts: quoting } });
      const words = ran.stdout + ran.stderr;
      expect(ran.exitCode).toBe(1);
      expect(words).toContain('[removed]');
      for (const one of planted) expect(words).not.toContain(one);
    }
    const wrong = await chatreid(['status'], {
      env: { ...env, CHATREID_ENGINE_URL: `htp://u:${password}@gpu` },
    });
    expect(wrong.stderr).toContain('CHATREID_ENGINE_URL');
    expect(wrong.stderr).not.toContain(password);
  });

  test('keeps none: not in talks, galleries, caches or the audit trail, and answers none to whoever asks it for health and metrics', async () => {
    const adapter = new PlayedAdapter('slack');
    const bot = await startBot([adapter], { ...env, ...secrets });
    const attachments = [{ name: 'a.png', bytes: await drawPerson('#d01010', 9) }];
    await adapter.say('m1', 'a red coat', { attachments }).done;
    const answers = await Promise.all(
      ['/healthz', '/readyz', '/metrics', '/nowhere'].map(async (path) => (await bot.at(path)).text()),
    );
    await bot.stop();
    const kept = await filesUnder(home);
    expect(kept.length).toBeGreaterThan(5);
    expect([...entriesOf(join(home, 'audit'))].length).toBeGreaterThan(1);
    for (const bytes of [...kept, ...answers.map((answer) => Buffer.from(answer)), Buffer.from(bot.log())]) {
      for (const one of planted) expect(bytes.includes(one)).toBe(false);
    }
  });

  test('repeats none in what --check prints of its config, and takes none from the config', async () => {
    const config = join(folder, 'serve.yaml');
    await writeFile(config, 'web: {host: 0.0.0.0}\nslack:\n');
    const slack = ['xoxb', '1', 'planted'].join('-');
    const all = { ...env, ...secrets, CHATREID_SLACK_BOT_TOKEN: slack };
    for (const more of [[], ['--json']]) {
      const { stdout, stderr } = await chatreid(['serve', '--config', config, '--check', ...more], {
        env: all,
      });
      expect(stdout).toContain('web');
      for (const one of [...planted, slack]) expect(stdout + stderr).not.toContain(one);
    }
    await writeFile(config, `web: {token: "planted-web-token"}\n`);
    const { exitCode, stderr } = await chatreid(['serve', '--config', config, '--check'], { env });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('holds a secret')]);
    expect(stderr).not.toContain('planted-web-token');
  });

  test('hashes none into the entry of its configuration', async () => {
    const at = async (userinfo: string) => {
      const settings = settingsFrom({ ...env, CHATREID_ENGINE_URL: `http://${userinfo}gpu.example/v1` });
      const parts = new Composition(settings, { ...makers, localModel: async () => colourModel() });
      await recordConfiguration({ parts, settings } as Work, 'password', {}, {});
      await parts.close();
    };
    await at(`u:${password}@`);
    await at(`u:another-${password}@`);
    await at('');
    const entries = [...entriesOf(join(home, 'audit'))].filter(({ event }) => event.service === 'password');
    expect(entries).toHaveLength(1);
  });

  test('gives none to the process of the model', async () => {
    const before = { ...process.env };
    Object.assign(process.env, { CHATREID_SLACK_BOT_TOKEN: secret, CHATREID_ENGINE_KEY: secret });
    const engine = new EngineProcess({ model: folder, module: environmentHostUrl });
    try {
      const told = await engine.describe().then(
        () => '',
        (error: Error) => error.message,
      );
      expect(told.split(' ')).toContain('PATH');
      expect(told).not.toContain('CHATREID_');
    } finally {
      await engine.close();
      process.env = before;
    }
  });

  test('answers none on its page: to nobody who has not signed in, nor to who has', async () => {
    const adapter = new WebAdapter({
      host: '127.0.0.1',
      port: 0,
      token: secrets.CHATREID_WEB_TOKEN,
      timeZone: 'UTC',
      now: () => new Date(),
      galleries: new StandInGalleries(),
    });
    await adapter.start(new StandInConversations((message, deliver) => deliver(replyTo(message))));
    try {
      const authorization = `Bearer ${secrets.CHATREID_WEB_TOKEN}`;
      for (const path of ['/', '/health', '/api/talks', '/api/nowhere']) {
        for (const headers of [{}, { authorization }]) {
          const answer = await fetch(new URL(path, adapter.url), { headers, redirect: 'manual' });
          const said = `${JSON.stringify([...answer.headers])}${await answer.text()}`;
          expect(said).not.toContain(secrets.CHATREID_WEB_TOKEN);
        }
      }
    } finally {
      await adapter.stop();
    }
  });
});

async function filesUnder(root: string): Promise<Buffer[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name))));
}
