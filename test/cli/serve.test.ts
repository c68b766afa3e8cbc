/** `chatreid serve`: starts what it can, is watched, logs nothing about people, and stops without losing anything. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ChatReidError } from '../../src/foundation/error.ts';
import { drawPeople } from './coloured-people.ts';
import { chatreid } from './command-line.ts';
import { type Bot, PlayedAdapter, startBot } from './serve-house.ts';

let root: string;
let env: NodeJS.ProcessEnv;
let bot: Bot | undefined;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'chatreid-serve-'));
  const { pictures, model } = await drawPeople(root);
  env = { CHATREID_HOME: join(root, 'home'), CHATREID_MODEL: model, CHATREID_TIME_ZONE: 'Europe/Berlin' };
  expect((await chatreid(['gallery', 'add', pictures], { env })).exitCode).toBe(0);
});
afterEach(async () => {
  await bot?.stop().catch(() => undefined);
  bot = undefined;
});
afterAll(() => rm(root, { recursive: true, force: true }));

const refused = () => new ChatReidError('PLATFORM_REFUSED', 'The token is not one.', 'Get another.');

describe('starting', () => {
  test('several platforms, each with its own secret and its own conversations', async () => {
    const [one, two] = [new PlayedAdapter('one'), new PlayedAdapter('two')];
    bot = await startBot([one, two], env);
    expect([...one.secrets]).toEqual([['CHATREID_ONE_TOKEN', 'token-CHATREID_ONE_TOKEN']]);
    expect(one.around?.gallery).toBe('default');
    await Promise.all([one.say('m1', 'a green one').done, two.say('m1', 'a red one').done]);
    expect(one.replies.at(-1)?.answer?.cards[0]?.rank).toBe(1);
    expect(one.replies.at(-1)?.line).toContain('green');
    expect(two.replies.at(-1)?.line).toContain('red');
  });

  test('one that cannot start says why, and the others go on', async () => {
    const [good, bad] = [new PlayedAdapter('good'), new PlayedAdapter('bad', refused)];
    bot = await startBot([bad, good], env);
    expect(bot.log()).toMatch(/"platform":"bad","code":"PLATFORM_REFUSED","what":"The token is not one\."/);
    expect(bad.stopped).toBe(1);
    await good.say('m2', 'green').done;
    expect(good.replies.length).toBeGreaterThan(0);
    const ready = await bot.at('/readyz');
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { ready: true, platforms: { bad: 'failed', good: 'connected' } },
    ]);
  });

  test('none that can start is an error', async () => {
    const failing = [new PlayedAdapter('first', refused), new PlayedAdapter('second', refused)];
    bot = await startBot(failing, env);
    await expect(bot.ended).rejects.toMatchObject({
      code: 'PLATFORM_REFUSED',
      message: expect.stringMatching(/No platform.*first: The token.*second: The token/),
    });
  });

  test('a secret that is missing is one reason', async () => {
    const [good, bad] = [new PlayedAdapter('good'), new PlayedAdapter('bad')];
    bot = await startBot([good, bad], { ...env, CHATREID_BAD_TOKEN: '' });
    expect(bot.log()).toContain('CHATREID_BAD_TOKEN (its token) is not set.');
  });
});

describe('who may do what', () => {
  const asked = async (one: PlayedAdapter, id: string, text: string, marks: string[]) => {
    await one.say(id, text, { conversation: `one:${id}`, user: marks[0]!, marks }).done;
    return one.replies.at(-1)!;
  };

  test('without a section, whoever is let in searches, and the own page of the operator does everything', async () => {
    const one = new PlayedAdapter('one');
    bot = await startBot([one], env);
    expect((await asked(one, 'a1', 'green', ['one:anybody'])).answer).toBeDefined();
    const press = (id: string, user: string) =>
      one.say(id, '', { conversation: 'one:a1', user, acts: [{ act: 'forget', pictures: [{ rank: 1 }] }] })
        .done;
    await press('a2', 'one:anybody');
    expect(one.replies.at(-1)?.denied).toEqual([{ act: 'forget', code: 'ACCESS_DENIED' }]);
    await press('a3', 'web:local');
    expect(one.replies.at(-1)?.denied).toBeUndefined();
  });

  test('with one, what it grants and nothing else', async () => {
    const one = new PlayedAdapter('one');
    const grants = 'access: {grants: [{role: searcher, to: ["one:team"], cameras: ["nowhere"]}], case: {}}';
    bot = await startBot([one], env, grants);
    expect((await asked(one, 'b1', 'green', ['web:local'])).error?.code).toBe('ACCESS_DENIED');
    const marks = ['one:u', 'one:team'];
    expect((await asked(one, 'b2', 'green', marks)).denied).toEqual([{ act: 'clue', code: 'CASE_NEEDED' }]);
    expect((await asked(one, 'b3', 'case 7: green', marks)).denied).toBeUndefined();
    expect((await asked(one, 'b4', 'green. case 7', marks)).answer?.result.filter.of).toBe(0);
  });
});

describe('health and metrics', () => {
  test('say whether it is alive, connected, and what it did', async () => {
    const one = new PlayedAdapter('one');
    bot = await startBot([one], env);
    expect(await (await bot.at('/healthz')).text()).toBe('alive\n');
    await one.say('m3', 'green').done;
    await one.say('m4', '', { attachments: [{ name: 'a.txt', bytes: Buffer.from('no picture') }] }).done;
    one.around?.watch.acknowledged(12);
    one.around?.watch.trouble(new ChatReidError('PLATFORM_BUSY', 'Slow down.', 'Wait.'));
    const metrics = await (await bot.at('/metrics')).text();
    for (const line of [
      'chatreid_ack_seconds_bucket{le="0.025",platform="one"} 1',
      'chatreid_ack_seconds_count{platform="one"} 1',
      'chatreid_turns_total{platform="one",outcome="answered"} 1',
      'chatreid_turns_total{platform="one",outcome="error"} 1',
      'chatreid_errors_total{platform="one",code="PICTURE_NOT_A_PICTURE"} 1',
      'chatreid_errors_total{platform="one",code="PLATFORM_BUSY"} 1',
      'chatreid_search_seconds_count{platform="one",page="final"} 1',
      'chatreid_messages_waiting{platform="one"} 0',
      'chatreid_adapter_connected{platform="one"} 1',
    ]) {
      expect(metrics).toContain(line);
    }
    one.connected = false;
    expect((await bot.at('/readyz')).status).toBe(503);
    expect(await (await bot.at('/metrics')).text()).toContain('chatreid_adapter_connected{platform="one"} 0');
    expect((await bot.at('/')).status).toBe(404);
    const { url } = await bot.at('/healthz');
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
  });
});

describe('stopping', () => {
  test('finishes what is running, and takes nothing more in', async () => {
    const one = new PlayedAdapter('one');
    let go = () => {};
    const going = new Promise<void>((resolve) => {
      go = resolve;
    });
    bot = await startBot([one], env, 'graceSeconds: 60', {
      encodeTexts: async (texts) => {
        await going;
        return texts.map(() => Float32Array.of(1, 0, 0));
      },
    });
    const { accepted, done } = one.say('m5', 'a talk of its own', { conversation: 'one:finishes' });
    await accepted;
    const stopping = bot.stop();
    await expect.poll(() => one.stopped).toBe(1);
    expect((await bot.at('/readyz')).status).toBe(503);
    go();
    await Promise.all([stopping, done]);
    expect(one.replies.map(({ key }) => key)).toContain('m5#final');
    expect(bot.log()).toContain('"left":0,"event":"stopped"');
  });

  test('does not wait for a platform that is still being started, and stops that too', async () => {
    const [good, slow] = [new PlayedAdapter('good'), new PlayedAdapter('slow')];
    let connect = () => {};
    slow.start = () =>
      new Promise((resolve) => {
        connect = resolve;
      });
    bot = await startBot([good, slow], env, 'graceSeconds: 1', {}, /"platform":"good".*"started"/);
    const stopping = bot.stop();
    await expect.poll(() => [good.stopped, slow.stopped]).toEqual([1, 1]);
    // It is there after all, when nobody waits any more.
    connect();
    await stopping;
    expect(slow.stopped).toBe(2);
    expect(bot.log()).not.toContain('"ready"');
    expect(bot.log()).toContain('"event":"stopped"');
  });

  test('leaves what takes longer than its grace to the next process, which answers it', async () => {
    const one = new PlayedAdapter('one');
    let asked = () => {};
    const asking = new Promise<void>((resolve) => {
      asked = resolve;
    });
    bot = await startBot([one], env, 'graceSeconds: 0.01', {
      encodeTexts: (_texts, { signal } = {}) => {
        asked();
        return new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason));
        });
      },
    });
    await one.say('m6', 'green', { conversation: 'one:left' }).accepted;
    await asking;
    await bot.stop();
    expect(one.replies.filter(({ to }) => to === 'm6')).toEqual([]);
    expect(bot.log()).toContain('"left":1,"event":"stopped"');
    const next = new PlayedAdapter('one');
    bot = await startBot([next], env);
    await expect.poll(() => next.replies.map(({ key }) => key), { timeout: 20_000 }).toContain('m6#final');
  });
});

describe('the log', () => {
  const words = [
    'green planted-words',
    'planted-file.png',
    'planted-user',
    'planted-channel',
    'planted-cause',
  ];

  test.each(['json', 'lines'])('as %s holds no word, name, place or token of a whole run', async (format) => {
    const secrets = {
      CHATREID_ONE_TOKEN: 'token-planted/one"quoted',
      CHATREID_BAD_TOKEN: 'token-planted-two',
    };
    const leaking = () =>
      new ChatReidError(
        'PLATFORM_REFUSED',
        `invalid_auth: Bearer abc.planted-bearer, ${secrets.CHATREID_BAD_TOKEN}`,
        `Look at https://x.example/?key=${encodeURIComponent(secrets.CHATREID_ONE_TOKEN)}.`,
        new Error('planted-cause'),
      );
    const [one, bad] = [new PlayedAdapter('one'), new PlayedAdapter('bad', leaking)];
    bot = await startBot([one, bad], { ...env, ...secrets }, `log: {level: debug, format: ${format}}`);
    const conversation = `one:planted-channel/${format}`;
    await one.say('planted-words-id', words[0]!, { conversation }).done;
    const attachments = [{ name: 'planted-file.png', bytes: Buffer.from('planted-words') }];
    await one.say('m8', 'not 1, planted-words', { conversation, attachments }).done;
    await one.say('m9', '', { conversation, attachments }).done;
    one.around?.watch.trouble(
      new ChatReidError('INTERNAL', 'planted-words', 'planted-words', new Error('planted-cause')),
    );
    one.around?.watch.trouble(
      new ChatReidError('REQUEST_INVALID', 'planted-words of planted-user', 'planted-words'),
    );
    one.around?.watch.trouble(leaking());
    const token = ['xoxb', '1', 'planted'].join('-');
    one.around?.watch.trouble(new ChatReidError('PLATFORM_REFUSED', `${token} is revoked`, 'Get another.'));
    await bot.stop();
    const lines = bot.log().split('\n').filter(Boolean);
    expect(lines.length).toBeGreaterThan(8);
    for (const line of lines) expect(line).not.toMatch(/planted/);
    // What an operator needs is there.
    expect(bot.log()).toContain('PICTURE_NOT_A_PICTURE');
    expect(bot.log()).toContain('is revoked');
    expect(bot.log()).toContain('serve.test.ts');
    if (format === 'json') for (const line of lines) expect(JSON.parse(line)).toHaveProperty('level');
    else expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d (info|error|warn) /);
  });
});

describe('the command', () => {
  const write = async (name: string, text: string) => {
    const path = join(root, name);
    await writeFile(path, text);
    return path;
  };

  test('--example prints a config that --check accepts', async () => {
    const { stdout, exitCode } = await chatreid(['serve', '--example'], { env });
    expect(exitCode).toBe(0);
    const path = await write('example.yaml', stdout);
    const checked = await chatreid(['serve', '--config', path, '--check'], { env });
    // Slack and Discord want tokens.
    expect([checked.exitCode, checked.stdout]).toEqual([
      1,
      expect.stringContaining('CHATREID_SLACK_BOT_TOKEN'),
    ]);
    expect(checked.stdout).toContain('web      would start at http://127.0.0.1:8787/');
    expect(checked.stdout).toContain('health and metrics at http://127.0.0.1:9464');
  });

  test('--check says what would not start and why, as a document too', async () => {
    const path = await write('open.yaml', 'web: {host: 0.0.0.0}');
    const human = await chatreid(['serve', '--config', path, '--check'], { env });
    expect([human.exitCode, human.stdout]).toEqual([1, expect.stringContaining('CHATREID_WEB_TOKEN')]);
    const short = { ...env, CHATREID_WEB_TOKEN: 'short' };
    const { stdout } = await chatreid(['serve', '--config', path, '--check', '--json'], { env: short });
    expect(JSON.parse(stdout)).toMatchObject({
      platforms: [{ platform: 'web', starts: false, error: { code: 'OPTION_INVALID' } }],
    });
  });

  test.each([
    ['without a config', [], 'none was named'],
    ['with a gallery that is not there', ['gallery: nowhere\nweb:'], 'nowhere'],
    ['with a wrong key', ['web: {prot: 1}'], 'web.prot is no key'],
  ])('%s is refused', async (_, [text], sentence) => {
    const argv = text === undefined ? [] : ['--config', await write('wrong.yaml', text), '--check'];
    const { exitCode, stderr } = await chatreid(['serve', ...argv], { env });
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain(sentence);
  });

  test.each(['SIGTERM', 'SIGINT'])('serves the page until %s, and ends with 0', async (name) => {
    const path = await write('web.yaml', 'web: {port: 0}\nlog: {format: json}\noperator: {port: 0}');
    const stop = new AbortController();
    const { exitCode, stdout, stderr } = await chatreid(['serve', '--config', path], {
      env,
      signal: stop.signal,
      onOutput: (text) => {
        if (text.includes('"ready"')) stop.abort(new DOMException(name, 'AbortError'));
      },
    });
    expect([exitCode, stderr]).toEqual([0, '']);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { event: string }).event);
    expect(events).toEqual(['health and metrics', 'started', 'ready', 'stopping', 'stopped']);
  });
});
