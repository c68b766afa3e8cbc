/** A bot that answers while somebody forgets a person: it lets go of it, takes its posts back, and never writes it again. */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Adapter, WithdrawnPost } from '../../../adapters/adapter.ts';
import { giveOrder } from '../../../src/cli/forget/give-order.ts';
import { prove } from '../../../src/cli/forget/prove.ts';
import { forgetTools } from '../../../src/cli/forget/tools-of-parts.ts';
import { finishIfDone, workOff } from '../../../src/cli/forget/work-off.ts';
import type { Conversations } from '../../../src/conversation/conversations.ts';
import type { Act } from '../../../src/conversation/act.ts';
import type { Reply } from '../../../src/conversation/reply.ts';
import { ChatReidError } from '../../../src/foundation/error.ts';
import { temporaryFolder } from '../../gallery/temporary-folder.ts';
import { anna, ForgetHouse, noisePicture, seeingModel, seenVector } from './forget-house.ts';

let template: ForgetHouse;

beforeAll(async () => {
  template = await ForgetHouse.build(join(await temporaryFolder(), 'house'));
  const parts = template.parts();
  await template.fillGalleries(parts);
  await parts.close();
});

async function house(): Promise<ForgetHouse> {
  return template.copy(join(await temporaryFolder(), 'house'));
}

const by = { platform: 'command-line' };
const patience = { timeout: 20_000, interval: 10 };

/** A platform whose posts can be taken back, when it is there. */
class Board implements Adapter {
  readonly withdrawn: WithdrawnPost[] = [];
  away = 0;

  constructor(readonly name: string) {}

  async start(): Promise<void> {}
  async stop(): Promise<void> {}

  async withdraw(post: WithdrawnPost): Promise<void> {
    if (this.away-- > 0) throw new ChatReidError('PLATFORM_UNREACHABLE', 'Away.', 'Later.');
    this.withdrawn.push(post);
  }
}

async function said(
  conversations: Conversations,
  conversation: string,
  id: string,
  text: string,
  acts: readonly Act[] = [],
  picture?: Buffer,
): Promise<Reply | undefined> {
  let final: Reply | undefined;
  const { done } = conversations.handle(
    {
      id,
      conversation,
      user: 'slack:T1/U1',
      at: '2026-11-28T12:00:00.000Z',
      text,
      attachments: picture ? [{ name: 'sent.jpg', bytes: picture }] : [],
      ...(acts.length > 0 ? { acts } : {}),
    },
    async (reply) => {
      final = reply;
    },
  );
  await done;
  return final;
}

/** As `chatreid forget` does it, in a process of its own. */
async function forgottenElsewhere(its: ForgetHouse, pictures: readonly string[], person?: string) {
  const parts = its.parts();
  const tools = forgetTools(parts);
  const request = { why: 'person' as const, by, pictures, ...(person === undefined ? {} : { person }) };
  const order = await giveOrder(tools, request);
  await workOff(tools, order.id);
  await expect.poll(() => tools.orders.waitingFor(order.id), patience).toEqual([]);
  await finishIfDone(tools, order.id);
  const report = await prove(tools, order);
  const now = await tools.orders.order(order.id);
  await parts.close();
  return { order, now, report };
}

describe('an order from another process', () => {
  test('is noticed: posts that showed a picture are taken back, and nothing is left', async () => {
    const its = await house();
    const parts = its.parts();
    const conversations = await parts.conversations('lobby');
    const board = new Board('slack');
    board.away = 2;
    const live = await parts.liveForgetting();
    live.serve(board);
    const shown = await said(conversations, 'slack:T1/C1/1', 'a', 'somebody tall');
    expect(shown?.answer?.cards.map(({ pictureId }) => pictureId)).toContain(its.annas[0]);
    await said(conversations, 'slack:T1/C1/1', 'b', 'help');
    const { now, report } = await forgottenElsewhere(its, its.annas, anna);
    expect(report.left).toEqual([]);
    // The platform was away twice: the order waits for it, and is tried again.
    expect(now?.finished).toBeUndefined();
    expect(now?.posts).toEqual([{ conversation: 'slack:T1/C1/1', message: 'a' }]);
    await parts.close();
    const again = its.parts();
    await again.conversations('lobby');
    board.away = 0;
    (await again.liveForgetting()).serve(board);
    await expect
      .poll(() => board.withdrawn, patience)
      .toEqual([{ conversation: 'slack:T1/C1/1', message: 'a' }]);
    const { orders } = forgetTools(again);
    await expect.poll(async () => (await orders.all())[0]?.finished, patience).toBeDefined();
    await again.close();
  });

  test('stops a search with the picture; what runs writes nothing of it', async () => {
    const its = await house();
    const own = await noisePicture(0);
    let began = () => {};
    const searching = new Promise<void>((resolve) => {
      began = resolve;
    });
    // A filter that never comes to an end by itself.
    const parts = its.parts({
      encodePictures: async (pictures, { signal } = {}) => {
        if (pictures.length > 1 || signal === undefined) return pictures.map(({ id }) => seenVector(id));
        began();
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
      },
      encodeTexts: seeingModel().encodeTexts,
    });
    const conversations = await parts.conversations('lobby');
    const answered = said(conversations, 'slack:T1/C1/1', 'a', '', [], own);
    await searching;
    const { report } = await forgottenElsewhere(its, its.annas, anna);
    expect((await answered)?.error).toMatchObject({
      code: 'CANCELLED',
      message: 'A picture of this search is being forgotten, so it was stopped.',
    });
    expect(report.left).toEqual([]);
    await parts.close();
  });
});

describe('the act of a talk', () => {
  test('forgets as the command does: other talks, caches and posts too', async () => {
    const its = await house();
    await its.fillCaches();
    const parts = its.parts();
    const conversations = await parts.conversations('lobby');
    const board = new Board('slack');
    (await parts.liveForgetting()).serve(board);
    // Only in this gallery: two have all of them.
    await (await parts.store()).remove('gate', its.annas);
    await said(conversations, 'slack:T1/C1/1', 'a', 'somebody tall');
    await said(conversations, 'slack:T1/C2/2', 'c', 'somebody tall');
    const pictures = its.annas.map((pictureId) => ({ pictureId }));
    const told = await said(conversations, 'slack:T1/C1/1', 'b', '', [{ act: 'forget', pictures }]);
    expect(told?.text.join(' ')).toContain('3 pictures removed from the gallery lobby and from this talk.');
    const { orders } = forgetTools(parts);
    await expect.poll(async () => (await orders.all())[0]?.finished, patience).toBeDefined();
    expect(board.withdrawn.map(({ message }) => message).sort()).toEqual(['a', 'c']);
    const [order] = await orders.all();
    expect(order).toMatchObject({ why: 'talk', by: { platform: 'slack', user: 'slack:T1/U1' } });
    expect((await prove(forgetTools(parts), order!)).left.filter(({ kind }) => kind !== 'person id')).toEqual(
      [],
    );
    await parts.close();
  });

  test('leaves a picture to another gallery that has it, and says so', async () => {
    const its = await house();
    const parts = its.parts();
    const conversations = await parts.conversations('lobby');
    const pictures = [{ pictureId: its.annas[0]! }];
    const told = await said(conversations, 'web:1', 'b', '', [{ act: 'forget', pictures }]);
    expect(told?.text.join(' ')).toContain('Another gallery has it too: it stays there.');
    const store = await parts.store();
    expect(await store.galleriesOf([its.annas[0]!])).toEqual([['gate']]);
    expect(await store.vectors('seen', [its.annas[0]!])).toEqual([seenVector(its.annas[0]!)]);
    await parts.close();
  });
});
