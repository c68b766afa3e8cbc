/** Conversations that answer what a test says: for what an adapter does with messages and replies. */
import type { Asker } from '../../src/conversation/asker.ts';
import type { Conversations, Deliver } from '../../src/conversation/conversations.ts';
import type { DialogueState, Turn } from '../../src/conversation/dialogue-state.ts';
import type { Message } from '../../src/conversation/message.ts';
import type { CandidateCard, Reply } from '../../src/conversation/reply.ts';
import type { RankedCandidate, SearchResult } from '../../src/retrieval/search-result.ts';

export type Answering = (message: Message, deliver: Deliver, cancelled: AbortSignal) => Promise<void>;

export class StandInConversations implements Conversations {
  readonly messages: Message[] = [];
  /** Who looked at what outside of a message. */
  readonly askers: (Asker | undefined)[] = [];
  readonly cancelled: string[] = [];
  readonly resumed: string[] = [];
  readonly forgotten: string[] = [];
  /** Of talks that are said to be known; of others there is no state and no turn. */
  readonly states = new Map<string, DialogueState>();
  /** What `replies` gives, and `resume` delivers. */
  kept: readonly Reply[] = [];
  left: readonly Reply[] = [];
  /** A picture of one pixel. */
  png: Buffer = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC',
    'base64',
  );
  readonly #running = new Map<string, AbortController>();

  constructor(private readonly answer: Answering) {}

  handle(message: Message, deliver: Deliver) {
    this.messages.push(message);
    const running = new AbortController();
    this.#running.set(message.conversation, running);
    return { accepted: Promise.resolve([]), done: this.answer(message, deliver, running.signal) };
  }

  cancel(conversation: string): void {
    this.cancelled.push(conversation);
    this.#running.get(conversation)?.abort();
  }

  async resume(prefix: string, deliver: Deliver): Promise<void> {
    this.resumed.push(prefix);
    for (const reply of this.left) await deliver(reply);
  }

  async state(conversation: string): Promise<DialogueState | undefined> {
    return this.states.get(conversation);
  }

  async turns(conversation: string): Promise<readonly Turn[]> {
    if (!this.states.has(conversation)) return [];
    return this.messages
      .filter((message) => message.conversation === conversation)
      .map(({ id, user, at, text }) => ({ messageId: id, user, at, text, acts: [], outcome: {} }));
  }

  async replies() {
    return this.kept;
  }

  async list() {
    return [];
  }

  async sheet(_reply: Reply, asker?: Asker) {
    this.askers.push(asker);
    return this.png;
  }

  async picturePath(pictureId: string) {
    return `/pictures/${pictureId}`;
  }

  async forget(conversation: string) {
    this.forgotten.push(conversation);
  }

  async close() {}
}

export function replyTo(message: Message, more: Partial<Reply> = {}): Reply {
  const stage = more.stage ?? 'final';
  return {
    key: `${message.id}#${stage}`,
    conversation: message.conversation,
    to: message.id,
    stage,
    text: [],
    chips: [],
    buttons: [],
    notes: [],
    ...more,
  };
}

/** An answer with cards of these sources, the first the likeliest. */
export function answerOf(
  cards: readonly Partial<CandidateCard>[],
  more = true,
): NonNullable<Reply['answer']> {
  const full = cards.map((card, i) => ({
    rank: i + 1,
    pictureId: String(i + 1)
      .repeat(64)
      .slice(0, 64),
    confidence: 0.9 - i / 10,
    confidenceText: `${90 - i * 10} %`,
    compared: true,
    source: `p${i + 1}.jpg`,
    buttons: [],
    ...card,
  }));
  const ranking: RankedCandidate[] = full.map(({ rank, pictureId, confidence, compared, source }) => ({
    rank,
    record: { pictureId, source, width: 1, height: 1 },
    path: `/pictures/${pictureId}`,
    filterScore: confidence,
    confidence,
    compared,
  }));
  const result: SearchResult = {
    kind: 'text',
    mode: 'full',
    decision: 'unsure',
    decisionDetail: { sentence: 'Unsure: yes.', falseMatchRate: 0.01, foundFrom: 0.9, absentBelow: 0.1 },
    ranking,
    filter: { kept: 1, of: 2, tau: 0 },
    timings: { encode: 0, filter: 0, rank: 0, total: 0 },
    notes: [],
  };
  return { result, query: { pictureIds: [], words: 'w', negatives: [] }, scopeLine: '', cards: full, more };
}
