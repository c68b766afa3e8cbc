/** The web page of `chatreid serve` under a policy: galleries, pictures and uploads as far as each person's token goes. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TalkHouse } from '../adapters/talk-house.ts';
import { drawPerson } from './coloured-people.ts';
import { chatreid } from './command-line.ts';

const names = ['alice', 'bob', 'carol', 'reg', 'chief'] as const;
type Name = (typeof names)[number];
const secretOf = (name: Name) => `${name}-knows-this-secret`;
const config = `
gallery: demo
web: { port: 0, tokens: [${names.map((name) => `{ name: ${name} }`).join(', ')}] }
access:
  grants:
    - { role: searcher, to: [web:alice], galleries: [demo], cameras: ["3"] }
    - { role: viewer, to: [web:bob] }
    - { role: registrar, to: [web:reg], cameras: ["3"] }
    - { role: admin, to: [web:chief] }
`;

let house: TalkHouse;
let url = '';
let said = '';
let ended: ReturnType<typeof chatreid>;
const stopping = new AbortController();
const cookies = new Map<Name, string>();

beforeAll(async () => {
  house = await TalkHouse.build();
  const path = join(house.root, 'serve.yaml');
  await writeFile(path, config);
  const tokens = names.map((name) => [`CHATREID_WEB_TOKEN_${name.toUpperCase()}`, secretOf(name)]);
  let heard = (_address: string) => {};
  const address = new Promise<string>((resolve) => {
    heard = resolve;
  });
  ended = chatreid(['serve', '--config', path], {
    env: { ...house.env, ...Object.fromEntries(tokens) },
    signal: stopping.signal,
    onOutput: (text) => {
      said += text;
      const [at] = /http:\/\/127\.0\.0\.1:\d+\//.exec(said) ?? [];
      if (at !== undefined) heard(at);
    },
  });
  url = await Promise.race([address, ended.then(({ stderr }) => Promise.reject(new Error(stderr)))]);
  for (const name of names) {
    const response = await fetch(`${url}api/sign-in`, {
      method: 'POST',
      headers: { 'x-chatreid': '1' },
      body: JSON.stringify({ token: secretOf(name) }),
    });
    cookies.set(name, response.headers.get('set-cookie')?.split(';')[0] ?? '');
  }
});
afterAll(async () => {
  stopping.abort();
  await ended;
  await house.remove();
});

function ask(name: Name, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${url}api/${path}`, { ...init, headers: { 'x-chatreid': '1', cookie: cookies.get(name)! } });
}

async function json<Data>(name: Name, path: string): Promise<Data> {
  const response = await ask(name, path);
  expect([path, response.status]).toEqual([path, 200]);
  return (await response.json()) as Data;
}

interface Listed {
  readonly name: string;
  readonly pictures: number;
  readonly cameras: readonly string[];
}
interface Browsed {
  readonly pictureId: string;
  readonly cameraId?: string;
}

describe('the galleries', () => {
  test('are those that a person may see, with the cameras that they may see', async () => {
    const [whole] = await json<Listed[]>('chief', 'galleries');
    expect(whole!.cameras.length).toBeGreaterThan(1);
    const [part, ...none] = await json<Listed[]>('alice', 'galleries');
    expect([part?.name, part?.cameras, none]).toEqual(['demo', ['3'], []]);
    expect(part!.pictures).toBeLessThan(whole!.pictures);
    expect(await json('bob', 'galleries')).toEqual([whole]);
    expect(await json('carol', 'galleries')).toEqual([]);
  });

  test('are leafed through by who may search them, and no further than that', async () => {
    const mine = await json<Browsed[]>('alice', 'galleries/demo/pictures');
    expect(mine.length).toBeGreaterThan(0);
    expect(new Set(mine.map(({ cameraId }) => cameraId))).toEqual(new Set(['3']));
    expect(await json('alice', 'galleries/demo/pictures?camera=4')).toEqual([]);
    for (const name of ['bob', 'carol'] as const) {
      const response = await ask(name, 'galleries/demo/pictures');
      expect([name, response.status, await response.json()]).toEqual([
        name,
        403,
        expect.objectContaining({ code: 'ACCESS_DENIED' }),
      ]);
    }
  });
});

test('a picture outside is not there, whoever knows its id', async () => {
  const all = await json<Browsed[]>('chief', 'galleries/demo/pictures?limit=100');
  const [inside, outside] = [
    all.find(({ cameraId }) => cameraId === '3')!,
    all.find(({ cameraId }) => cameraId !== '3')!,
  ];
  const status = async (name: Name, { pictureId }: Browsed) =>
    (await ask(name, `pictures/${pictureId}/card`)).status;
  expect([await status('alice', inside), await status('alice', outside)]).toEqual([200, 404]);
  expect([await status('chief', outside), await status('bob', outside)]).toEqual([200, 200]);
  expect([await status('carol', inside), await status('carol', outside)]).toEqual([404, 404]);
});

describe('pictures are added', () => {
  async function add(name: Name, facts: Readonly<Record<string, string>>) {
    const form = new FormData();
    form.append('pictures', new Blob([new Uint8Array(await drawPerson('#123456'))]), 'a.png');
    for (const [field, value] of Object.entries(facts)) form.set(field, value);
    const response = await ask(name, 'galleries/uploads/pictures', { method: 'POST', body: form });
    const last = (await response.text()).trim().split('\n').at(-1)!;
    return { status: response.status, told: JSON.parse(last) as Record<string, object> };
  }

  test.each(['alice', 'bob', 'carol'] as const)('not by %s', async (name) => {
    const { status, told } = await add(name, { camera: '3' });
    expect([status, told]).toEqual([403, expect.objectContaining({ code: 'ACCESS_DENIED' })]);
  });

  test('by a registrar of one camera as pictures of that camera, and of no other', async () => {
    const wrong = JSON.stringify((await add('reg', { camera: '4' })).told);
    expect(wrong).toContain('ACCESS_DENIED');
    expect((await add('reg', { camera: '3' })).told).toMatchObject({ report: { added: 1, failed: [] } });
    expect(await json('chief', 'galleries/uploads/pictures')).toHaveLength(1);
  });
});

test('no secret is in what the bot said', () => {
  expect(said).toContain('started');
  for (const name of names) expect(said).not.toContain(secretOf(name));
});

test('without a person’s secret the page does not start, and its name is told', async () => {
  const check = await chatreid(['serve', '--config', join(house.root, 'serve.yaml'), '--check'], {
    env: { ...house.env, CHATREID_WEB_TOKEN_ALICE: secretOf('alice') },
  });
  expect([check.exitCode, check.stdout]).toEqual([1, expect.stringContaining('CHATREID_WEB_TOKEN_BOB')]);
});
