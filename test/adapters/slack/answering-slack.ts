/** A Slack in which people talk to conversations that answer as a test says, and what the tests of the adapter look at there. */
import { afterEach, beforeEach, expect } from 'vitest';
import type { Deliver } from '../../../src/conversation/conversations.ts';
import type { Message } from '../../../src/conversation/message.ts';
import type { Reply } from '../../../src/conversation/reply.ts';
import { answerOf, replyTo, StandInConversations } from '../stand-in-conversations.ts';
import { SlackHouse } from './slack-house.ts';

export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC',
  'base64',
);
export const picture = { pictureId: 'a'.repeat(64) };
export const galleries = {
  list: async () => [
    { name: 'site', pictures: 12, cameras: ['1', '3'], places: ['lobby'] },
    { name: 'yard', pictures: 2, cameras: ['7'], places: [] },
  ],
};

/** Built anew before each test, and looked through for mistakes after it. */
export class AnsweringSlack {
  house!: SlackHouse;
  conversations!: StandInConversations;
  /** What is answered; a test changes it. */
  answering!: (message: Message, deliver: Deliver) => Promise<void>;

  constructor() {
    beforeEach(async () => {
      this.house = await SlackHouse.build();
      this.answering = (message, deliver) =>
        deliver(replyTo(message, { text: [`You said: ${message.text}`] }));
      this.conversations = new StandInConversations((message, deliver) => this.answering(message, deliver));
    });
    afterEach(async () => {
      await this.house.remove();
      expect(this.house.slack.mistakes).toEqual([]);
    });
  }

  open(options: Parameters<SlackHouse['open']>[1] = {}) {
    return this.house.open(this.conversations, { galleries, ...options });
  }

  get people() {
    return this.house.slack.people;
  }

  get heard() {
    return this.conversations.messages;
  }

  /** What the bot said in a thread. */
  thread(at: { channel: string; thread: string }) {
    return this.house.slack.workspace.thread(at.channel, at.thread).filter(({ fromBot }) => fromBot);
  }

  get whispers() {
    return this.house.slack.workspace.ephemerals;
  }
}

export const until = <T>(look: () => T) => expect.poll(look, { timeout: 20_000, interval: 10 });

/** A reply of two stages with candidates. */
export function page(message: Message, stage: Reply['stage'], more: Partial<Reply> = {}): Reply {
  return replyTo(message, {
    stage,
    line: '"red cap"',
    text: ['Unsure: there are several.'],
    answer: answerOf([
      { camera: '3', buttons: [{ label: 'Use as query', act: { act: 'choose', picture } }] },
      { compared: stage === 'final' },
    ]),
    chips: [{ label: 'camera 3', act: { act: 'lift', part: 'cameras', value: '3' } }],
    buttons: [{ label: 'More', act: { act: 'more' } }],
    ...more,
  });
}
