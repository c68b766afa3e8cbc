/** Forgets what is older than it may be: at the start, and every hour. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { asChatReidError, ChatReidError } from '../../foundation/error.ts';
import { forgetFolder } from '../../trust/forget/order-folder.ts';
import { believedNow, type Retention, tooOldBefore } from '../../trust/forget/retention.ts';
import { writeWhole } from '../write-file.ts';
import { picturesBefore, registeredAt, uploadsBefore } from './find-pictures.ts';
import type { ForgetTools } from './forget-tools.ts';
import { type ForgetRequest, giveOrder } from './give-order.ts';
import { placesOf } from './places.ts';
import { oldTalks } from './talk-pass.ts';
import { finishIfDone, workOff } from './work-off.ts';

const everyMs = 3_600_000;
/** Days that what was done by the hour can be proved. */
const keptDays = 30;
const by = { platform: 'retention', user: 'retention' } as const;
const kept = z.object({ lastRun: z.number() });

/** Told what came of each run. */
export interface RetentionWatch {
  forgotten(what: { readonly gallery?: string; readonly pictures: number; readonly talks: number }): void;
  /** Nothing was removed, and why. */
  refused(error: ChatReidError): void;
}

export class RetentionSchedule {
  /** Since when the clock is as far ahead as it is, by a clock that nobody sets. */
  #aheadSince: number | undefined;

  constructor(
    private readonly tools: ForgetTools,
    private readonly retention: Retention,
    private readonly watch: RetentionWatch,
    private readonly steady: () => number = () => performance.now(),
  ) {}

  async untilStopped(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.run(signal).catch((error: unknown) => {
        if (!signal.aborted) this.watch.refused(asChatReidError(error, 'forgetting what is too old'));
      });
      await sleep(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** @throws ChatReidError STORAGE_*, GALLERY_*, AUDIT_*, STATE_UNREACHABLE: the next run goes on */
  async run(signal?: AbortSignal): Promise<void> {
    const now = await this.#now();
    if (now === undefined) return;
    const names = (await (await this.tools.store()).galleries()).map(({ name }) => name);
    for (const { gallery, days } of this.retention.galleries ?? []) {
      if (names.includes(gallery)) await this.#gallery(gallery, tooOldBefore(now, days), signal);
    }
    if (this.retention.talks) await this.#talks(tooOldBefore(now, this.retention.talks.days), signal);
    await this.tools.orders.dropRetentionBefore(tooOldBefore(now, keptDays).toISOString());
    await writeWhole(this.#file, Buffer.from(JSON.stringify({ lastRun: now })));
  }

  get #file(): string {
    return join(forgetFolder(this.tools.home.root), 'retention.json');
  }

  async #now(): Promise<number | undefined> {
    const now = this.tools.now().getTime();
    const known = { lastRun: await this.#lastRun(), registered: await this.#registered() };
    const standing = this.#aheadSince === undefined ? 0 : this.steady() - this.#aheadSince;
    const believed = believedNow(now, known, standing);
    if (believed !== undefined) {
      this.#aheadSince = undefined;
      return believed;
    }
    this.#aheadSince ??= this.steady();
    this.watch.refused(aheadOfAll(new Date(now)));
    return undefined;
  }

  async #lastRun(): Promise<number | undefined> {
    try {
      return kept.parse(JSON.parse(await readFile(this.#file, 'utf8'))).lastRun;
    } catch {
      return undefined;
    }
  }

  /** Of the picture that came last, in any gallery. */
  async #registered(): Promise<number | undefined> {
    const store = await this.tools.store();
    const times: number[] = [];
    for (const { name, pictures } of await store.galleries()) {
      const [last] = await store.list(name, { offset: Math.max(0, pictures - 1), limit: 1 });
      const time = last && (await registeredAt(store, last.pictureId));
      if (time !== undefined) times.push(time);
    }
    return times.length > 0 ? Math.max(...times) : undefined;
  }

  async #gallery(gallery: string, before: Date, signal: AbortSignal | undefined): Promise<void> {
    const [place] = await placesOf(this.tools.home);
    const pictures = await picturesBefore({ store: await this.tools.store(), place, gallery }, before);
    if (pictures.length === 0) return;
    await this.#forget({ why: 'retention', by, pictures, gallery }, signal);
    this.watch.forgotten({ gallery, pictures: pictures.length, talks: 0 });
  }

  async #talks(before: Date, signal: AbortSignal | undefined): Promise<void> {
    const { tools } = this;
    const [place] = await placesOf(tools.home);
    const store = await tools.store();
    const sent = await uploadsBefore({ store, place }, before);
    const held = await store.galleriesOf(sent);
    const pictures = sent.filter((_, at) => held[at]?.length === 0);
    const talks = (await oldTalks(await tools.storage(), before.toISOString())).length;
    if (pictures.length + talks === 0) return;
    await this.#forget({ why: 'retention', by, pictures, talksBefore: before }, signal);
    this.watch.forgotten({ pictures: pictures.length, talks });
  }

  async #forget(request: ForgetRequest, signal: AbortSignal | undefined): Promise<void> {
    const { id } = await giveOrder(this.tools, request);
    await workOff(this.tools, id, signal);
    await finishIfDone(this.tools, id);
  }
}

function aheadOfAll(now: Date): ChatReidError {
  return new ChatReidError(
    'OPTION_INVALID',
    `The clock says ${now.toISOString().slice(0, 10)}, far later than anything that is known here: nothing was removed for its age.`,
    'Set the clock. Where it is right, it is believed in a day; chatreid forget --older-than removes at once.',
  );
}
