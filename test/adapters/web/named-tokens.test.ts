/** People with tokens of their own: what each of them is known as, and that nobody sees what another looks for. */
import { afterEach, describe, expect, test } from 'vitest';
import { WebAdapter } from '../../../adapters/web/web-adapter.ts';
import { demoGallery } from './demo-people.ts';
import { StandInGalleries } from './stand-in-galleries.ts';
import { errorOf, talk, WebHarness } from './web-harness.ts';

const [alice, bob, shared] = ['alice-alice-alice', 'bob-bob-bob-bob-bob', 'everybody knows this'];
const picture = demoGallery[0]!.pictureId;
let web: WebHarness;
afterEach(() => web.close());

function open(options: ConstructorParameters<typeof WebHarness>[0] = {}): void {
  web = new WebHarness({
    tokens: [{ name: 'alice', secret: alice }, { name: 'bob', secret: bob }, { secret: shared }],
    ...options,
  });
}

/** Alice has searched: a talk with an answer. */
async function searched(headers: { readonly cookie: string }): Promise<string> {
  const id = crypto.randomUUID();
  expect((await web.say({ id, text: 'red coat' }, headers)).status).toBe(202);
  const replies = async () => (await web.request(`/api/talks/${talk}/replies`, { headers })).json();
  await expect.poll(replies).toHaveLength(1);
  return id;
}

describe('the token says who it is', () => {
  test.each([
    ['alice', alice, 'web:alice', `web:alice/${talk}`],
    ['bob', bob, 'web:bob', `web:bob/${talk}`],
    ['whoever has the unnamed one', shared, 'web:token', `web:${talk}`],
  ])('%s', async (_, secret, user, conversation) => {
    open();
    const headers = await web.signedIn(secret);
    await searched(headers);
    expect(web.conversations.handled).toMatchObject([{ user, marks: [user], conversation }]);
    await web.request(`/api/pictures/${picture}/card?talk=${talk}`, { headers });
    expect(web.conversations.askers.at(-1)).toEqual({ user, marks: [user], conversation });
    await web.request(`/api/pictures/${picture}/card`, { headers });
    expect(web.conversations.askers.at(-1)).toEqual({ user, marks: [user] });
    expect(await (await web.request('/api/start', { headers })).json()).toMatchObject({
      user,
      signedIn: true,
    });
  });

  test('nobody at this machine has to sign in, and is known as that', async () => {
    open({ tokens: [] });
    await web.say({ text: 'red coat' });
    expect(web.conversations.handled).toMatchObject([{ user: 'web:local', marks: ['web:local'] }]);
    expect(await (await web.request('/api/start')).json()).toMatchObject({
      user: 'web:local',
      signedIn: false,
    });
  });

  test('a cookie cannot be made into somebody else’s, nor live longer', async () => {
    open();
    const { cookie } = await web.signedIn(alice);
    const [until, name, seal] = cookie.replace('chatreid=', '').split('.');
    expect(name).toBe('alice');
    for (const forged of [
      `${until}.bob.${seal}`,
      `${until}..${seal}`,
      `${Number(until) + 1}.alice.${seal}`,
      `${until}.carol.${seal}`,
      `${until}.alice`,
      '..',
    ]) {
      const headers = { cookie: `chatreid=${forged}` };
      expect((await web.request('/api/talks', { headers })).status, forged).toBe(401);
    }
    expect((await web.request('/api/talks', { headers: { cookie } })).status).toBe(200);
    await web.close();
    // Another secret under the same name: who signed in with the old one is out.
    open({ tokens: [{ name: 'alice', secret: 'another-of-alice' }] });
    expect((await web.request('/api/talks', { headers: { cookie } })).status).toBe(401);
  });

  test('signing out takes the cookie away, and needs none', async () => {
    open();
    const headers = await web.signedIn(alice);
    const response = await web.request('/api/sign-out', { method: 'POST', headers });
    expect([response.status, response.headers.get('set-cookie')]).toEqual([
      200,
      expect.stringMatching(/^chatreid=;.*Max-Age=0/),
    ]);
    expect((await web.request('/api/sign-out', { method: 'POST' })).status).toBe(200);
    const foreign = { 'x-chatreid': '' };
    expect((await web.request('/api/sign-out', { method: 'POST', headers: foreign })).status).toBe(403);
  });
});

describe('what alice looks for is not bob’s', () => {
  test('neither in his list nor by its address, whatever he asks of it', async () => {
    open();
    const hers = await web.signedIn(alice);
    const id = await searched(hers);
    for (const secret of [bob, shared]) {
      const headers = await web.signedIn(secret);
      expect(await (await web.request('/api/talks', { headers })).json()).toEqual([]);
      for (const [method, path] of [
        ['GET', `/api/talks/${talk}/replies`],
        ['GET', `/api/talks/${talk}/events`],
        ['GET', `/api/talks/${talk}/scope`],
        ['GET', `/api/talks/${talk}/sheets/${id}`],
        ['GET', `/api/pictures/${picture}/card?talk=${talk}`],
        ['GET', `/api/pictures/${picture}/measures?talk=${talk}`],
        ['POST', `/api/talks/${talk}/messages`],
        ['POST', `/api/talks/${talk}/cancel`],
        ['DELETE', `/api/talks/${talk}`],
      ] as const) {
        const response = await web.request(path, { method, headers });
        expect([path, response.status, (await errorOf(response)).code]).toEqual([path, 404, 'TALK_UNKNOWN']);
      }
    }
    expect(web.conversations.cancelled).toEqual([]);
    expect(web.conversations.handled).toHaveLength(1);
    expect(await (await web.request('/api/talks', { headers: hers })).json()).toMatchObject([{ talk }]);
    expect((await web.request(`/api/talks/${talk}/sheets/${id}`, { headers: hers })).status).toBe(200);
    // What is told of it: one of each by name, the rest when the minute is over.
    expect(web.refused.map(({ user, why }) => [user, why])).toEqual([
      ['web:bob', "somebody else's talk"],
      ['web:token', "somebody else's talk"],
    ]);
  });

  test('not while it is being answered either', async () => {
    open();
    const hers = await web.signedIn(alice);
    let release = () => {};
    web.conversations.gate = new Promise((resolve) => {
      release = resolve;
    });
    await web.say({ text: 'red coat' }, hers);
    const headers = await web.signedIn(bob);
    expect((await web.request(`/api/talks/${talk}/replies`, { headers })).status).toBe(404);
    release();
  });

  test('each has a talk of their own under one id where nobody had it before', async () => {
    open();
    const [hers, his] = [await web.signedIn(alice), await web.signedIn(bob)];
    expect(await (await web.request(`/api/talks/${talk}/replies`, { headers: his })).json()).toEqual([]);
    await searched(his);
    expect((await web.request(`/api/talks/${talk}/replies`, { headers: hers })).status).toBe(404);
  });
});

test('who may open it sees it and speaks in it under their own name; only its owner stops or forgets it', async () => {
  open({ mayOpen: ({ user }, { gallery }) => user === 'web:bob' && gallery === 'demo' });
  const hers = await web.signedIn(alice);
  await searched(hers);
  const headers = await web.signedIn(bob);
  expect(await (await web.request(`/api/talks/${talk}/replies`, { headers })).json()).toHaveLength(1);
  const approve = [{ act: 'approve' }] as const;
  expect((await web.say({ acts: approve }, headers)).status).toBe(202);
  expect(web.conversations.handled.at(-1)).toMatchObject({
    user: 'web:bob',
    marks: ['web:bob'],
    conversation: `web:alice/${talk}`,
    acts: approve,
  });
  expect((await web.request(`/api/talks/${talk}/cancel`, { method: 'POST', headers })).status).toBe(404);
  expect((await web.request(`/api/talks/${talk}`, { method: 'DELETE', headers })).status).toBe(404);
  // It is not among his own.
  expect(await (await web.request('/api/talks', { headers })).json()).toEqual([]);
  const everybody = await web.signedIn(shared);
  expect((await web.request(`/api/talks/${talk}/replies`, { headers: everybody })).status).toBe(404);
  expect((await web.request(`/api/talks/${talk}`, { method: 'DELETE', headers: hers })).status).toBe(200);
});

test('of what another is answered in a talk a page hears as much as its person may see', async () => {
  open({ mayOpen: () => true });
  const [hers, his] = [await web.signedIn(alice), await web.signedIn(bob)];
  await searched(hers);
  const all = web.conversations.replies.bind(web.conversations);
  // Alice may see nothing of what Bob finds.
  const said = web.conversations.handled;
  web.conversations.replies = async (conversation, asker) =>
    (await all(conversation)).filter(
      ({ to }) =>
        asker?.user !== 'web:alice' || !said.some(({ id, user }) => id === to && user === 'web:bob'),
    );
  const heard = [hers, his].map((headers) =>
    web.events((kinds) => kinds.filter((kind) => kind === 'done').length === 1, '', headers),
  );
  await web.say({ text: 'blue coat' }, his);
  const [toHer, toHim] = (await Promise.all(heard)).map((events) => events.map(({ event }) => event));
  expect(toHer).toEqual(['snapshot', 'message', 'done']);
  expect(toHim).toEqual(['snapshot', 'message', 'reply', 'reply', 'done']);
});

test('an answer to the one who approves is of the one who searched: live too it is seen as far as their own rights go', async () => {
  open({ mayOpen: () => true });
  const [hers, his] = [await web.signedIn(alice), await web.signedIn(bob)];
  await searched(hers);
  const { conversations } = web;
  const handle = conversations.handle.bind(conversations);
  conversations.handle = (message, deliver) =>
    handle(message, (reply) => deliver({ ...reply, of: { user: 'web:alice', gallery: 'demo' } }));
  const all = conversations.replies.bind(conversations);
  conversations.replies = async (conversation, asker) =>
    (await all(conversation)).map((reply) =>
      asker?.user === 'web:bob' ? { ...reply, text: ['Part of it.'] } : reply,
    );
  const heard = [hers, his].map((headers) =>
    web.events((kinds) => kinds.filter((kind) => kind === 'done').length === 1, '', headers),
  );
  await web.say({ text: 'approved' }, his);
  const [toHer, toHim] = await Promise.all(heard);
  const replies = (events: typeof toHer) => events!.filter(({ event }) => event === 'reply');
  expect(replies(toHer)).toHaveLength(2);
  expect(replies(toHim)).toHaveLength(1);
  expect(JSON.stringify(replies(toHim))).toContain('Part of it.');
});

test('a page of who may open the talk no more hears nothing more of it', async () => {
  let may = true;
  open({ mayOpen: () => may });
  const [hers, his] = [await web.signedIn(alice), await web.signedIn(bob)];
  await searched(hers);
  let listens = () => {};
  const listening = new Promise<void>((resolve) => {
    listens = resolve;
  });
  const until = (kinds: readonly string[]) => {
    if (kinds.length > 0) listens();
    return false;
  };
  const heard = web.events(until, '', his);
  await listening;
  may = false;
  await web.say({ text: 'blue coat' }, hers);
  expect((await heard).map(({ event }) => event)).toEqual(['snapshot']);
});

test('who may not fill a gallery is told so before anything is read', async () => {
  open();
  web.galleries.keptFrom.add('web:bob');
  const form = new FormData();
  form.append('pictures', new Blob(['x']), 'a.jpg');
  const headers = await web.signedIn(bob);
  const response = await web.request('/api/galleries/demo/pictures', { method: 'POST', body: form, headers });
  expect([response.status, (await errorOf(response)).code]).toEqual([403, 'ACCESS_DENIED']);
  expect(web.galleries.uploads).toEqual([]);
});

test('who is turned away is told of: the first of a minute at once', async () => {
  open();
  const wrong = (host?: string) =>
    web.request('/api/sign-in', {
      method: 'POST',
      body: '{"token":"guess"}',
      ...(host ? { headers: { host } } : {}),
    });
  for (let time = 0; time < 12; time++) await wrong();
  await web.request('/api/talks');
  await wrong('evil.example');
  await web.request('/api/talks', { headers: { origin: 'http://evil.example' } });
  expect(web.refused).toEqual(
    ['wrong token', 'too many tries', 'not signed in', 'other host', 'other page'].map((why) => ({
      platform: 'web',
      user: 'web:',
      why,
      times: 1,
    })),
  );
});

describe('the adapter refuses', () => {
  const made = (tokens: readonly { name: string; secret: string }[], token?: string) => () =>
    new WebAdapter({ port: 0, galleries: new StandInGalleries(), tokens, ...(token ? { token } : {}) });
  test.each([
    ['a name that is none', [{ name: 'Alice!', secret: alice }], /cannot be the name/],
    ['a name that would be everybody’s', [{ name: 'token', secret: alice }], /cannot be the name/],
    ['a name that would be this machine’s', [{ name: 'local', secret: alice }], /cannot be the name/],
    ['a name whose secret would be a path', [{ name: 'file', secret: alice }], /cannot be the name/],
    [
      'a name whose secret would be the path of another’s',
      [{ name: 'bob-file', secret: alice }],
      /cannot be/,
    ],
    ['a secret that can be guessed', [{ name: 'alice', secret: 'short' }], /token of alice is too short/],
    [
      'one name twice',
      [
        { name: 'alice', secret: alice },
        { name: 'alice', secret: bob },
      ],
      /same name/,
    ],
    [
      'one secret for two',
      [
        { name: 'alice', secret: alice },
        { name: 'bob', secret: alice },
      ],
      /same token/,
    ],
  ])('%s', (_, tokens, why) => {
    open();
    expect(made(tokens)).toThrow(why);
  });

  test('a person whose secret is everybody’s', () => {
    open();
    expect(made([{ name: 'alice', secret: shared }], shared)).toThrow(/same token/);
  });
});
