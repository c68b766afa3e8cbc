/** Every act, by every role, as every platform says who somebody is: what is allowed is done, what is not has no effect and is told. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Act, ActName } from '../../../src/conversation/act.ts';
import type { DialogueState } from '../../../src/conversation/dialogue-state.ts';
import type { Helping } from '../../../src/conversation/helping.ts';
import type { Reply } from '../../../src/conversation/reply.ts';
import type { SessionManager } from '../../../src/conversation/session-manager.ts';
import type { Register, Searching } from '../../../src/conversation/session-parts.ts';
import type { SearchResult } from '../../../src/retrieval/search-result.ts';
import { PolicyAccess } from '../../../src/trust/access/access.ts';
import { policySchema } from '../../../src/trust/access/policy.ts';
import { drawn, Talk, TalkingHouse, words } from '../../conversation/talking.ts';
import { memoryStorage } from './memory-storage.ts';

const roles = ['none', 'viewer', 'searcher', 'registrar', 'admin'] as const;
type RoleOrNone = (typeof roles)[number];

/** What a platform says of a person who has a role by one of its marks; the others are of everybody there, and name no role. */
const platforms: Readonly<
  Record<string, (role: RoleOrNone) => { user: string; marks: string[]; by: string }>
> = {
  'slack user': (role) => slack(`U_${role}`, [], `slack:T1/U_${role}`),
  'slack user group': (role) => slack('U7', [`slack:T1/S_${role}`], `slack:T1/S_${role}`),
  'slack channel': (role) => slack('U8', [`slack:T1/C_${role}`], `slack:T1/C_${role}`),
  'slack workspace': (role) => ({ ...slack('U9', [], ''), ...only('slack:T1/U9', `slack:T_${role}`) }),
  'discord user': (role) => discord(`${900 + roles.indexOf(role)}`, []),
  'discord role': (role) => discord('2', [`discord:1/7${roles.indexOf(role)}`]),
  'discord channel': (role) => discord('3', [`discord:1/8${roles.indexOf(role)}`]),
  'web token of a name': (role) => only(`web:name_${role}`),
  'web one token': () => only('web:token'),
  'web on this machine': () => only('web:local'),
  terminal: () => only('terminal:local'),
};

function slack(id: string, more: string[], by: string) {
  const user = `slack:T1/${id}`;
  return { user, marks: ['slack:T1', user, ...more], by };
}

function discord(id: string, more: string[]) {
  const user = `discord:${id}`;
  return { user, marks: ['discord:1', user, ...more], by: more[0] ?? user };
}

function only(user: string, by = user) {
  return { user, marks: [...new Set([user, by])], by };
}

interface World {
  readonly manager: SessionManager;
  readonly registered: string[];
  /** Pictures of the galleries. */
  pictures(): Promise<number>;
}

interface Done {
  readonly before: DialogueState;
  readonly after: DialogueState;
  readonly reply: Reply;
  readonly world: World;
  readonly picturesBefore: number;
  readonly registeredBefore: number;
}

interface Spec {
  /** The least role that may, as the product promises it. */
  readonly needs: Exclude<RoleOrNone, 'none'>;
  readonly press: Act;
  /** The same as text, where it can be said. */
  readonly say?: string;
  /** It leaves the search as it is: such acts are done in one talk. */
  readonly keeps?: true;
  /** What the talk is brought to first. Default: a search with candidates and a question. */
  readonly first?: 'people' | 'waiting';
  /** That it was done. */
  done(of: Done): unknown;
}

const said = (of: Done, words: RegExp) => words.test([...of.reply.text, ...of.reply.notes].join(' '));

const specs = {
  help: {
    needs: 'viewer',
    keeps: true,
    press: { act: 'help' },
    say: 'help',
    done: (of) => said(of, /Describe the person/),
  },
  unclear: {
    needs: 'viewer',
    keeps: true,
    press: { act: 'unclear', hint: 'Say it again.' },
    done: (of) => said(of, /Say it again/),
  },
  more: {
    needs: 'viewer',
    press: { act: 'more' },
    say: 'more',
    done: (of) => of.after.top === 20 && of.reply.answer,
  },
  why: {
    needs: 'viewer',
    keeps: true,
    press: { act: 'why' },
    say: 'why 1?',
    done: (of) => said(of, /because it is so/),
  },
  compare: {
    needs: 'viewer',
    keeps: true,
    press: { act: 'compare', first: { rank: 1 }, second: { rank: 2 } },
    say: 'compare 1 and 2',
    done: (of) => said(of, /In common: a red top/),
  },
  describe: {
    needs: 'viewer',
    keeps: true,
    press: { act: 'describe', picture: { rank: 1 } },
    say: 'what does 1 look like?',
    done: (of) => said(of, /looks like: red top/),
  },
  clue: {
    needs: 'searcher',
    press: { act: 'clue', words: 'bravo' },
    say: 'bravo',
    done: (of) => of.after.clues.length === 2 && of.reply.answer,
  },
  show: {
    needs: 'searcher',
    press: { act: 'show', pictures: [{ rank: 2 }] },
    done: (of) => of.after.pictures.length === 1 && of.reply.answer,
  },
  exclude: {
    needs: 'searcher',
    press: { act: 'exclude', pictures: [{ rank: 1 }] },
    say: 'not 1',
    done: (of) => of.after.negatives.length === 1,
  },
  choose: {
    needs: 'searcher',
    press: { act: 'choose', picture: { rank: 1 } },
    say: 'use 1',
    done: (of) => of.after.chosen.length === 1,
  },
  constrain: {
    needs: 'searcher',
    press: { act: 'constrain', cameras: ['2'] },
    say: 'only camera 2',
    done: (of) => of.after.cameras.length === 1,
  },
  lift: {
    needs: 'searcher',
    press: { act: 'lift', part: 'words' },
    done: (of) => of.after.clues.length === 0,
  },
  verify: {
    needs: 'searcher',
    keeps: true,
    press: { act: 'verify', first: { rank: 1 }, second: { rank: 2 } },
    say: 'is 1 the same person as 2?',
    done: (of) => said(of, /same person|Cannot be told/i),
  },
  ask: {
    needs: 'searcher',
    keeps: true,
    press: { act: 'ask', question: 'a hat?', picture: { rank: 1 } },
    say: 'is there a hat on 1?',
    done: (of) => said(of, /language model/),
  },
  answer: {
    needs: 'searcher',
    press: { act: 'answer', value: 'yes' },
    say: 'yes',
    done: (of) => of.after.answers.length === 1,
  },
  person: {
    needs: 'searcher',
    first: 'people',
    press: { act: 'person', number: 2 },
    say: 'person 2',
    done: (of) => of.after.people.length === 0 && of.after.pictures.length === 1,
  },
  register: {
    needs: 'registrar',
    keeps: true,
    press: { act: 'register', pictures: [{ rank: 1 }], camera: '1' },
    done: (of) => of.world.registered.length === of.registeredBefore + 1,
  },
  forget: {
    needs: 'admin',
    press: { act: 'forget', pictures: [{ rank: 1 }] },
    say: 'forget picture 1',
    done: async (of) => (await of.world.pictures()) === of.picturesBefore - 1,
  },
  case: {
    needs: 'searcher',
    press: { act: 'case', purpose: '2024-117' },
    say: 'case 2024-117',
    done: (of) => of.after.purpose === '2024-117',
  },
  approve: {
    needs: 'searcher',
    first: 'waiting',
    press: { act: 'approve' },
    say: 'approved',
    done: (of) => of.after.approvals?.length === 1 && of.reply.answer,
  },
  reset: {
    needs: 'searcher',
    press: { act: 'reset' },
    say: 'start over',
    done: (of) => of.after.clues.length === 0,
  },
  undo: { needs: 'searcher', press: { act: 'undo' }, say: 'undo', done: (of) => of.after.clues.length === 0 },
} satisfies Record<ActName, Spec>;

const acts = Object.entries(specs) as [ActName, Spec][];
const helping: Helping = {
  question: async () => ({ id: 'hat', name: 'hat', value: 'yes', text: 'A hat?', gain: 1 }),
  describe: async () => [
    { trait: { name: 'top', value: 'red', present: true }, phrase: 'red top', probability: 0.9 },
  ],
  compare: async () => ({ common: [{ phrase: 'a red top', first: 0.9, second: 0.9 }], different: [] }),
  why: async () => ['It is here because it is so.'],
};
const chief = { user: 'test:chief', marks: ['test:chief'] };

let house: TalkingHouse;
beforeAll(async () => {
  house = await TalkingHouse.build();
  // Whose searches wait for somebody.
  const hall = await house.store.list('hall', { limit: 6 });
  const bytes = await Promise.all(
    [0, 1].flatMap((person) => [0, 1, 2].map((camera) => drawn(person, camera))),
  );
  await house.store.add(
    'vault',
    hall.map((record, at) => ({ record, bytes: bytes[at]! })),
  );
});
afterAll(() => house.remove());

/** What is searched is not what is tested here: each gallery is searched once. */
const answers = new Map<string, Promise<SearchResult>>();
const answering: Searching = {
  search: async (gallery, query, options) => {
    const known = answers.get(gallery) ?? house.retrieval().search(gallery, query, { ...options, top: 30 });
    answers.set(gallery, known);
    return known;
  },
  within: () => answering,
};

/** One manager for a platform, with a grant for each role. */
async function world(platform: string, role: RoleOrNone): Promise<World> {
  const grants = roles
    // Where everybody has one mark, it has one role at a time.
    .filter(
      (one) =>
        one !== 'none' && (one === role || platforms[platform]!(one).by !== platforms[platform]!(role).by),
    )
    .map((one) => ({ role: one, to: [platforms[platform]!(one).by] }));
  const policy = policySchema.parse({
    grants: [...grants, { role: 'admin', to: ['test:chief'] }],
    approval: { galleries: ['vault'] },
  });
  const registered: string[] = [];
  const register: Register = async (gallery, pictures) => {
    registered.push(...pictures.map(({ name }) => `${gallery}/${name}`));
    return { added: pictures.length, already: 0, notes: [], failed: [] };
  };
  const manager = await house.manager({
    retrieval: answering,
    access: new PolicyAccess(policy),
    storage: memoryStorage(),
    helping,
    register,
    people: async () => [
      { bytes: await drawn(5, 3), box: { left: 0, top: 0, width: 8, height: 16 } },
      { bytes: await drawn(6, 3), box: { left: 8, top: 0, width: 8, height: 16 } },
    ],
  });
  const pictures = async () => (await house.store.indexed('hall', 'any')).pictures;
  return { manager, registered, pictures };
}

async function begun({ manager }: World, first: Spec['first']): Promise<Talk> {
  const talk = new Talk(manager, `test:${randomUUID()}`);
  const pictures = first === 'people' ? { pictures: [await drawn(4, 3)] } : {};
  const where: Act[] = first === 'waiting' ? [{ act: 'constrain', gallery: 'vault' }] : [];
  await talk.say('', { ...chief, ...pictures, acts: [...where, { act: 'clue', words: words[0]! }] });
  if (first === 'people') await talk.say('', { ...chief, ...pictures });
  return talk;
}

describe.each(Object.keys(platforms))('%s', (platform) => {
  test.each(roles)('%s', async (role) => {
    const its = await world(platform, role);
    const who = platforms[platform]!(role);
    const asker = { user: who.user, marks: who.marks };
    const shared = new Map<Spec['first'], Talk>();
    for (const [name, spec] of acts) {
      const allowed = roles.indexOf(role) >= roles.indexOf(spec.needs);
      // What is denied changes nothing, so that one talk is enough for all of it.
      const alone = allowed && spec.keeps !== true;
      const talk = (alone ? undefined : shared.get(spec.first)) ?? (await begun(its, spec.first));
      if (!alone) shared.set(spec.first, talk);
      const spoken = platform === 'slack user' && (role === 'none' || role === 'viewer' || role === 'admin');
      const texts = spoken && spec.say !== undefined ? [undefined, spec.say] : [undefined];
      for (const text of texts) {
        const one = alone && text !== undefined ? await begun(its, spec.first) : talk;
        const before = await one.state();
        const [picturesBefore, registeredBefore] = [await its.pictures(), its.registered.length];
        const reply = await one.say(text ?? '', { ...asker, acts: text === undefined ? [spec.press] : [] });
        const after = await one.state();
        const of: Done = { before, after, reply, world: its, picturesBefore, registeredBefore };
        const about = `${name} ${text ?? 'pressed'}: ${JSON.stringify([reply.text, reply.error, reply.denied])}`;
        if (allowed) {
          expect(reply.denied, about).toBeUndefined();
          expect(reply.error, about).toBeUndefined();
          expect(await spec.done(of), about).toBeTruthy();
          if (name === 'forget') await putBack();
        } else {
          // Who may look at nothing is not understood as one who knows the cameras: the text may be another act for them.
          const denied = text !== undefined && role === 'none' ? expect.any(String) : name;
          expect(reply.denied, about).toEqual([{ act: denied, code: 'ACCESS_DENIED' }]);
          expect(reply.error?.code, about).toBe('ACCESS_DENIED');
          if (denied === name) expect(reply.error?.next, about).toContain(`the role ${spec.needs}`);
          expect(after, about).toEqual(before);
          expect(await spec.done({ ...of, after: before }), about).toBeFalsy();
          expect(reply.answer, about).toBeUndefined();
        }
        expect(await its.pictures()).toBe(picturesBefore);
        expect(its.registered.length).toBe(registeredBefore + Number(allowed && name === 'register'));
      }
    }
  });
});

/** What was removed, for the next one. */
async function putBack(): Promise<void> {
  const there = new Set((await house.store.list('hall')).map(({ pictureId }) => pictureId));
  for (const record of await house.store.list('vault')) {
    if (there.has(record.pictureId)) continue;
    await house.store.add('hall', [
      { record, bytes: await readFile(await house.store.path(record.pictureId)) },
    ]);
  }
}
