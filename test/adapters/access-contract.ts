/** What every platform holds of the access policy: who may not is told so and nothing is searched; who may, as far as they may. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { LocalModel } from '../../src/cli/composition.ts';
import type { Conversations } from '../../src/conversation/conversations.ts';
import type { CandidateCard } from '../../src/conversation/reply.ts';
import { PolicyAccess } from '../../src/trust/access/access.ts';
import { policySchema } from '../../src/trust/access/policy.ts';
import { colourModel } from '../cli/command-line.ts';
import { TalkHouse } from './talk-house.ts';

/** Two people who write in one talk. */
export type Speaker = 'first' | 'second';

export interface AccessHarness {
  /** What a policy calls each of them. */
  readonly marks: Readonly<Record<Speaker, string>>;
  /** Starts the adapter with a talk that nobody has spoken in. */
  open(conversations: Conversations): Promise<AccessPlatform>;
}

export interface AccessPlatform {
  /** Resolves when it has arrived. */
  say(who: Speaker, text: string): Promise<void>;
  /** Presses the button of the latest answer that has it; types it where there are none. */
  press(who: Speaker, label: string): Promise<void>;
  /** Every answer that is final, also one that its asker alone was shown, in their order. */
  answers(): Promise<readonly ShownAnswer[]>;
  /** The name of the talk among all conversations. */
  conversation(): string;
  stop(): Promise<void>;
}

export interface ShownAnswer {
  /** Everything that can be read in it. */
  readonly words: string;
  readonly cards: readonly Pick<CandidateCard, 'pictureId'>[];
}

type Grants = z.input<typeof policySchema>['grants'];
const patience = { timeout: 30_000, interval: 10 };
const searching = 'man in a green top';

export function accessContract(name: string, { marks, open }: AccessHarness): void {
  describe(`the access policy: ${name}`, () => {
    let house: TalkHouse;
    let platform: AccessPlatform | undefined;
    let conversations: Conversations;
    /** Words that the model was asked to look for. */
    const sought: string[] = [];

    beforeAll(async () => {
      house = await TalkHouse.build();
    });
    afterEach(async () => {
      await platform?.stop();
      platform = undefined;
      await house.shut();
      sought.length = 0;
    });
    afterAll(() => house.remove());

    async function start(grants: Grants, rest: Omit<z.input<typeof policySchema>, 'grants'> = {}) {
      const policy = policySchema.parse({ grants, ...rest });
      conversations = await house.conversations(hearing(sought), new PolicyAccess(policy));
      platform = await open(conversations);
    }

    async function answer(doing: (its: AccessPlatform) => Promise<void>): Promise<ShownAnswer> {
      const before = (await platform!.answers()).length;
      await doing(platform!);
      const count = async () => (await platform!.answers()).length;
      await expect.poll(count, patience).toBe(before + 1);
      return (await platform!.answers()).at(-1)!;
    }
    const say = (who: Speaker, text: string) => answer((its) => its.say(who, text));
    const press = (who: Speaker, label: string) => answer((its) => its.press(who, label));

    test('without a grant a person is told so, and nothing is searched or kept of it', async () => {
      await start([{ role: 'admin', to: [marks.second] }]);
      const { words, cards } = await say('first', searching);
      expect(words).toContain('You may not');
      expect([cards, sought]).toEqual([[], []]);
      const state = await conversations.state(platform!.conversation());
      expect(state?.clues ?? []).toEqual([]);
    });

    test('a viewer asks for help, and for no person', async () => {
      await start([{ role: 'viewer', to: [marks.first] }]);
      expect((await say('first', 'help')).words).not.toContain('You may not');
      const { words, cards } = await say('first', searching);
      expect(words).toContain('You may not');
      expect([cards, sought]).toEqual([[], []]);
    });

    test('a searcher of one camera sees candidates of it alone, whatever is asked', async () => {
      await start([{ role: 'searcher', to: [marks.first], cameras: ['3'] }]);
      const all = await cameras(await say('first', searching));
      expect([...new Set(all)]).toEqual(['3']);
      expect((await say('first', 'only camera 4')).cards).toEqual([]);
    });

    test('where a case is wanted it is asked for, and the search goes on when it is told', async () => {
      await start([{ role: 'searcher', to: [marks.first] }], {
        case: { required: true, pattern: '\\d{4}-\\d+', example: '2026-117' },
      });
      const asked = await say('first', searching);
      expect(asked.words).toContain('Which case is this for?');
      expect([asked.cards, sought]).toEqual([[], []]);
      expect((await say('first', 'case nonsense')).words).toContain('2026-117');
      expect((await say('first', 'case 2026-117')).cards.length).toBeGreaterThan(0);
    });

    test.each(['pressed', 'said'] as const)(
      'where a second person is wanted, it is theirs to approve (%s), and nobody’s of their own',
      async (how) => {
        await start([{ role: 'searcher', to: [marks.first, marks.second] }], {
          approval: { galleries: ['demo'] },
        });
        const approve = (who: Speaker) => (how === 'pressed' ? press(who, 'Approve') : say(who, 'approve'));
        const waits = await say('first', searching);
        expect(waits.words).toContain('wait for a second person');
        expect([waits.cards, sought]).toEqual([[], []]);
        const own = await approve('first');
        expect([own.cards, sought]).toEqual([[], []]);
        expect((await approve('second')).cards.length).toBeGreaterThan(0);
        const { approvals } = (await conversations.state(platform!.conversation()))!;
        expect(approvals).toMatchObject([{ gallery: 'demo' }]);
        expect(approvals![0]!.by).not.toBe(approvals![0]!.user);
      },
    );

    async function cameras({ cards }: ShownAnswer): Promise<string[]> {
      expect(cards.length).toBeGreaterThan(0);
      const replies = await conversations.replies(platform!.conversation());
      const known = replies.flatMap(({ answer: its }) => its?.cards ?? []);
      return cards.map(
        ({ pictureId }) => known.find((card) => card.pictureId === pictureId)?.camera ?? 'unknown',
      );
    }
  });
}

/** The model, with somebody who hears whom it is asked to look for. */
function hearing(sought: string[]): Partial<LocalModel> {
  const { encodeTexts } = colourModel();
  return {
    encodeTexts: (texts, options) => {
      sought.push(...texts.filter((text) => text.includes('green')));
      return encodeTexts(texts, options);
    },
  };
}
