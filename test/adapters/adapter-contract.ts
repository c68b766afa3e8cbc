/** What every adapter holds: the same transcript gives the same talk on every platform, once, in order, and across restarts. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Conversations, Deliver } from '../../src/conversation/conversations.ts';
import type { CandidateCard, Reply } from '../../src/conversation/reply.ts';
import type { ErrorReport } from '../../src/foundation/error.ts';
import { packageRoot } from '../../src/foundation/package-root.ts';
import { type AccessHarness, accessContract } from './access-contract.ts';
import { demoFolder, TalkHouse } from './talk-house.ts';

/** A platform with its adapter, and people who use it. */
export interface Platform {
  /**
   * Sends as a person would, with the platform's id of the message. Resolves when it has arrived; where it was answered
   * before, there is nothing to wait for.
   *
   * @returns the error that the person is told at once, where the platform does not let the message in
   */
  say(talk: string, message: Said): Promise<Told | undefined>;
  /** Replies to a message that the people of a talk were shown as final, each as often as they were shown it. */
  shown(talk: string, messageId: string): Promise<readonly ShownReply[]>;
  /** The adapter stops as it does at the end of its process. */
  stop(): Promise<void>;
}

export type Told = Pick<ErrorReport, 'code' | 'message'>;

export interface ShownReply extends Pick<Reply, 'line' | 'chips' | 'question' | 'people'> {
  readonly decision?: string;
  /** Empty where the reply is no answer. */
  readonly cards: readonly CandidateCard[];
  readonly error?: Told;
}

export interface Said {
  /** A UUID. */
  readonly id: string;
  readonly text: string;
  readonly pictures: readonly { readonly name: string; readonly bytes: Buffer }[];
}

export interface AdapterHarness {
  /** Two people in one talk, for what the access policy says of them. */
  readonly access: AccessHarness;
  /** Starts the adapter. Talks are UUIDs; those that are named were there before. */
  open(conversations: Conversations, talks: readonly string[]): Promise<Platform>;
  /** The name of a talk among all conversations. */
  conversation(talk: string): string;
  /** The platform's own id of a message that was said, where its ids are not ours to choose. */
  messageId?(said: string): string;
}

interface Transcript {
  readonly about: string;
  readonly messages: readonly {
    readonly talk: number;
    readonly text: string;
    readonly pictures?: readonly string[];
  }[];
}

const folder = join(packageRoot(), 'test', 'adapters', 'transcripts');
const transcripts = (await readdir(folder)).filter((name) => name.endsWith('.transcript.json')).sort();

/** Machines that do other things too. */
const patience = { timeout: 30_000 };

export function adapterContract(name: string, harness: AdapterHarness): void {
  accessContract(name, harness.access);
  describe(`the adapter contract: ${name}`, () => {
    let house: TalkHouse;
    let platform: Platform | undefined;

    beforeAll(async () => {
      house = await TalkHouse.build();
    });
    afterEach(async () => {
      await platform?.stop();
      platform = undefined;
      await house.shut();
    });
    afterAll(() => house.remove());

    /** Sends one message and waits for its answer. */
    async function answer(talk: string, message: Said): Promise<ShownReply> {
      expect(await platform!.say(talk, message)).toBeUndefined();
      return shown(talk, message);
    }

    async function shown(talk: string, { id }: Said): Promise<ShownReply> {
      await expect.poll(async () => (await platform!.shown(talk, id)).length, patience).toBeGreaterThan(0);
      return (await platform!.shown(talk, id))[0]!;
    }

    function platformId(said: string): string {
      return harness.messageId?.(said) ?? said;
    }

    /** With the ids that the transcript has, whatever the platform's own are. */
    function ours<Value>(value: Value, said: readonly string[]): Value {
      if (harness.messageId === undefined || value === undefined) return value;
      const json = said.reduce(
        (text, id) => text.replaceAll(`"messageId":"${platformId(id)}"`, `"messageId":"${id}"`),
        JSON.stringify(value),
      );
      return JSON.parse(json) as Value;
    }

    async function open(conversations: Conversations, known: readonly string[] = []): Promise<Conversations> {
      platform = await harness.open(conversations, known);
      return conversations;
    }

    test.each(transcripts)('%s gives the recorded states and rankings', async (file) => {
      const { messages } = JSON.parse(await readFile(join(folder, file), 'utf8')) as Transcript;
      const conversations = await open(await house.conversations());
      const recorded: object[] = [];
      const said: string[] = [];
      for (const [i, { talk, text, pictures = [] }] of messages.entries()) {
        const place = uuid(file, talk);
        const id = uuid(`${file} message`, i);
        const reply = await answer(place, { id, text, pictures: await read(pictures) });
        said.push(id);
        const state = ours(await conversations.state(harness.conversation(place)), said);
        recorded.push({ said: text, pictures, ...told(reply), state });
      }
      const expected = join(folder, file.replace('.transcript.', '.expected.'));
      await expect(`${JSON.stringify(recorded, null, 2)}\n`).toMatchFileSnapshot(expected);
    });

    test('a message that is delivered three times is answered once', async () => {
      const talk = uuid('thrice');
      const conversations = await open(await house.conversations());
      const message = said('man in a green top');
      await Promise.all([answer(talk, message), platform!.say(talk, message)]);
      await platform!.say(talk, message);
      const after = said('more');
      // Whatever was still on its way arrives before the answer to this.
      await answer(talk, after);
      expect(await platform!.shown(talk, message.id)).toHaveLength(1);
      const turns = await conversations.turns(harness.conversation(talk));
      expect(turns.map(({ messageId }) => messageId)).toEqual([message.id, after.id].map(platformId));
    });

    test.each(['before', 'after'] as const)(
      'a reply whose delivery failed %s the platform had it is shown, and once',
      async (when) => {
        const talk = uuid(`failed ${when}`);
        await open(failingOnce(await house.conversations(), when));
        const message = said('man in a green top');
        await answer(talk, message);
        await answer(talk, said('more'));
        expect(await platform!.shown(talk, message.id)).toHaveLength(1);
      },
    );

    test('what a process took in and did not answer, the next one answers', async () => {
      const talk = uuid('restart');
      let asked = () => {};
      const asking = new Promise<void>((resolve) => {
        asked = resolve;
      });
      const stuck = await open(
        await house.conversations({
          encodeTexts: (_texts, { signal } = {}) => {
            asked();
            return new Promise((_resolve, reject) => {
              signal?.addEventListener('abort', () => reject(signal.reason));
            });
          },
        }),
      );
      const message = said('man in a green top');
      await platform!.say(talk, message);
      await asking;
      await stuck.close(0);
      await platform!.stop();
      await house.shut();
      const conversations = await open(await house.conversations(), [talk]);
      await expect.poll(async () => (await platform!.shown(talk, message.id)).length, patience).toBe(1);
      const [first] = await platform!.shown(talk, message.id);
      expect(first?.cards.length).toBeGreaterThan(0);
      expect((await answer(talk, said('not 1'))).error).toBeUndefined();
      const state = await conversations.state(harness.conversation(talk));
      expect(state?.negatives).toEqual([first!.cards[0]!.pictureId]);
    });

    test('two talks at one time do not mix', async () => {
      const [one, two] = [uuid('mix', 1), uuid('mix', 2)];
      const conversations = await open(await house.conversations());
      await Promise.all([answer(one, said('a green top')), answer(two, said('a red top'))]);
      await Promise.all([answer(one, said('camera 3')), answer(two, said('not 1'))]);
      const [first, second] = await Promise.all(
        [one, two].map((talk) => conversations.state(harness.conversation(talk))),
      );
      expect([first?.clues.length, first?.cameras, first?.negatives.length]).toEqual([1, ['3'], 0]);
      expect([second?.clues.length, second?.cameras, second?.negatives.length]).toEqual([1, [], 1]);
      expect(first?.clues[0]?.words).toContain('green');
      expect(second?.clues[0]?.words).toContain('red');
    });

    test('a picture that is none is told, and the talk goes on', async () => {
      const talk = uuid('errors');
      await open(await house.conversations());
      const bytes = Buffer.from('<!doctype html><html><body>Log in</body></html>');
      const bad = { ...said(''), pictures: [{ name: 'photo.jpg', bytes }] };
      const refused = await platform!.say(talk, bad);
      const error = refused ?? (await shown(talk, bad)).error;
      expect(error?.code).toBe('PICTURE_NOT_A_PICTURE');
      expect(error?.message).toContain('web page');
      const good = await answer(talk, said('a green top'));
      expect(good.error).toBeUndefined();
      expect(good.cards.length).toBeGreaterThan(0);
    });
  });
}

let ids = 0;

function said(text: string): Said {
  return { id: uuid('message', ++ids), text, pictures: [] };
}

/** What a person was told, without what depends on the clock or the machine. */
function told({ line, cards, decision, question, people, error, chips }: ShownReply): object {
  return {
    line,
    chips: chips.map(({ label }) => label),
    decision,
    ranking: cards.map(({ pictureId, confidenceText }) => `${pictureId} ${confidenceText}`),
    question: question?.question.id,
    people: people?.people.length,
    error: error?.code,
  };
}

/** The same for the same words: names of talks and messages of one test are not those of another. */
function uuid(words: string, number = 0): string {
  const hex = createHash('sha256').update(`${words} ${number}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

async function read(names: readonly string[]) {
  return Promise.all(
    names.map(async (name) => ({ name, bytes: await readFile(join(demoFolder, 'pictures', name)) })),
  );
}

/** The first delivery of a final reply fails: before the platform has it, or when it has it and its answer is lost. */
function failingOnce(conversations: Conversations, when: 'before' | 'after'): Conversations {
  let failed = false;
  const failing =
    (deliver: Deliver): Deliver =>
    async (reply) => {
      const fails = !failed && reply.stage === 'final';
      if (fails) failed = true;
      if (fails && when === 'before') throw new Error('The connection was lost.');
      await deliver(reply);
      if (fails) throw new Error('The connection was lost.');
    };
  return new Proxy(conversations, {
    get(target, name) {
      if (name === 'handle') {
        return (...[message, deliver]: Parameters<Conversations['handle']>) =>
          target.handle(message, failing(deliver));
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
