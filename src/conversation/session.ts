/** One conversation while something of it is under way: its messages in their order, one at a time. */
import { Stopped } from './stopped.ts';
import type { Deliver } from './conversations.ts';
import type { DialogueState } from './dialogue-state.ts';
import type { Forgotten } from '../trust/forget/forgotten.ts';
import { sentences } from './replies/sentences.ts';
import type { TakenMessage } from './storage/talk-record.ts';
import { withoutForgotten } from './storage/without-forgotten.ts';

export interface Job {
  readonly message: TakenMessage;
  readonly deliver: Deliver;
  /** Taken in by an earlier process: the filter's page, which may have been delivered then, is not delivered again. */
  readonly resumed: boolean;
  readonly settle: (error?: unknown) => void;
}

/** What runs now. */
export interface Running {
  readonly job: Job;
  readonly controller: AbortController;
  /** The state that its acts lead to, once they are read: what a newer message is read against. */
  planned?: DialogueState;
  /** Whether a newer message that changes the search may end it. */
  overtakable: boolean;
  /** Ids of messages that were answered, this one's included. */
  readonly seen: readonly string[];
}

export class Session {
  readonly #jobs: Job[] = [];
  #intake: Promise<unknown> = Promise.resolve();
  #working: Promise<void> | undefined;
  /** Messages that are being taken in. */
  #arriving = 0;
  running: Running | undefined;
  /** While the talk is being forgotten: what was taken in before is not answered any more. */
  #forgetting = false;

  constructor(private readonly process: (job: Job, session: Session) => Promise<void>) {}

  /** One after the other: messages keep the order of the calls, whatever their pictures take. */
  arrive<T>(take: () => Promise<T>): Promise<T> {
    this.#arriving++;
    const taken = this.#intake.then(take, take);
    this.#intake = taken
      .catch(() => undefined)
      .then(() => {
        this.#arriving--;
      });
    return taken;
  }

  get waiting(): number {
    return this.#jobs.length;
  }

  get idle(): boolean {
    return this.#arriving === 0 && this.#working === undefined;
  }

  /** Messages behind the one that runs. */
  get behind(): readonly TakenMessage[] {
    return this.#jobs.slice(1).map(({ message }) => message);
  }

  enqueue(job: Job): void {
    this.#jobs.push(job);
    this.#working ??= this.#work();
  }

  get forgetting(): boolean {
    return this.#forgetting;
  }

  /** Messages that were taken in come to their end unanswered, then `remove` runs; what comes later waits for it. */
  forget(remove: () => Promise<void>): Promise<void> {
    return this.arrive(async () => {
      this.#forgetting = true;
      this.stop(new Stopped('forgotten'));
      await this.#working;
      this.#forgetting = false;
      await remove();
    });
  }

  /** What waits is answered without these pictures; a search with one of them is stopped, and its answer says why. */
  forgetPictures(forgotten: Forgotten): void {
    for (const [at, job] of this.#jobs.entries()) {
      const message = withoutForgotten(job.message, forgotten) as TakenMessage;
      if (message !== job.message) this.#jobs[at] = { ...job, message };
    }
    const { job, planned } = this.running ?? {};
    const sought = planned && [planned.pictures, planned.negatives];
    if (forgotten.isIn(job?.message.attachments ?? []) || forgotten.isIn(sought ?? [])) {
      this.stop(new Stopped('cancelled', sentences.pictureForgotten));
    }
  }

  stop(stopped: Stopped): void {
    this.running?.controller.abort(stopped);
  }

  async #work(): Promise<void> {
    for (let job = this.#jobs[0]; job; job = this.#jobs[0]) {
      try {
        await this.process(job, this);
        job.settle();
      } catch (error) {
        job.settle(error);
      }
      this.running = undefined;
      this.#jobs.shift();
    }
    this.#working = undefined;
  }
}
