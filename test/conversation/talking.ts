/** A small house to talk in: drawn people whose places in the encoder's space are known, and a manager over them. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Act } from '../../src/conversation/act.ts';
import { readActs } from '../../src/conversation/interpreter/read-acts.ts';
import type { Reply } from '../../src/conversation/reply.ts';
import { SessionManager } from '../../src/conversation/session-manager.ts';
import type { SessionManagerParts } from '../../src/conversation/session-parts.ts';
import { openStorage } from '../../src/conversation/storage/open-storage.ts';
import { Uploads } from '../../src/conversation/uploads.ts';
import type { Encoder } from '../../src/engine/encoder.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { ChatReidError } from '../../src/foundation/error.ts';
import { pictureId } from '../../src/foundation/picture.ts';
import { EmbeddedGalleryStore } from '../../src/gallery/embedded-store.ts';
import { Calibration } from '../../src/retrieval/calibration.ts';
import { Retrieval } from '../../src/retrieval/retrieval.ts';
import { calibrationNumbers } from '../support/calibration-numbers.ts';
import { messageOf } from './message-of.ts';

const space = 'talk-space';
/** A word for each person, which says nothing to the interpreter and all to the encoder. */
export const words = 'alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima'.split(' ');
export const people = words.length;
export const cameras = 3;

/** Person p on camera c: a direction of its own, turned a little by the camera. */
function direction(person: number, camera: number): Float32Array {
  const vector = new Float32Array(people + cameras + 1);
  vector[person] = 0.9;
  vector[people + camera] = Math.sqrt(1 - 0.81);
  return vector;
}

/** The colour says who and where: so that a picture that was sent has its place too. */
export async function drawn(person: number, camera: number): Promise<Buffer> {
  const background = { r: person * 20, g: camera * 80, b: 7 };
  return sharp({ create: { width: 8, height: 16, channels: 3, background } })
    .png()
    .toBuffer();
}

const vectors = new Map<string, Float32Array>();

/** Knows each drawn picture by its id; each person has a word, and other words are nobody. */
const encoder: Encoder = {
  describeEncoder: async () => ({
    name: 'known',
    space,
    dimension: people + cameras + 1,
    text: true,
    device: 'cpu',
  }),
  encodePictures: async (asked) =>
    asked.map(({ id }) => vectors.get(id) ?? new ChatReidError('PICTURE_DAMAGED', 'unknown', 'none')),
  encodeTexts: async (texts) =>
    texts.map((text) => {
      const named = words.findIndex((word) => text.includes(word));
      return named === -1 ? nobody() : direction(named, cameras);
    }),
};

function nobody(): Float32Array {
  const vector = new Float32Array(people + cameras + 1);
  vector[people + cameras] = 1;
  return vector;
}

export interface Changes extends Partial<SessionManagerParts> {
  /** Go on in this home. */
  readonly home?: string;
}

export class TalkingHouse {
  readonly #managers: SessionManager[] = [];

  private constructor(
    readonly root: string,
    readonly store: EmbeddedGalleryStore,
  ) {}

  static async build(): Promise<TalkingHouse> {
    const root = await mkdtemp(join(tmpdir(), 'chatreid-talking-'));
    const store = await EmbeddedGalleryStore.open(join(root, 'galleries'));
    for (let person = 0; person < people; person++) {
      for (let camera = 0; camera < cameras; camera++) {
        const bytes = await drawn(person, camera);
        const id = pictureId(bytes);
        vectors.set(id, direction(person, camera));
        const record = {
          pictureId: id,
          personId: `p${person}`,
          cameraId: String(camera + 1),
          time: `2026-11-24T1${camera}:00:00.000Z`,
          source: `${person}-${camera}.png`,
          width: 8,
          height: 16,
        };
        await store.add('hall', [{ record, bytes }]);
      }
    }
    const ids = await store.list('hall', { limit: 100 });
    await store.addVectors(
      space,
      ids.map(({ pictureId: id }) => ({ pictureId: id, vector: vectors.get(id)! })),
      { claimFor: 'hall' },
    );
    // Sent, and not in the gallery.
    for (let person = 0; person < people; person++) {
      vectors.set(pictureId(await drawn(person, cameras)), direction(person, cameras));
    }
    return new TalkingHouse(root, store);
  }

  retrieval(engine?: Engine): Retrieval {
    return new Retrieval({
      store: this.store,
      encoder,
      calibration: new Calibration(calibrationNumbers),
      ...(engine ? { engine } : {}),
    });
  }

  async parts(changes: Changes = {}): Promise<SessionManagerParts> {
    const { home = join(this.root, randomUUID()), ...rest } = changes;
    return {
      retrieval: this.retrieval(rest.engine),
      store: this.store,
      encoder,
      calibration: new Calibration(calibrationNumbers),
      interpreter: readActs,
      storage: rest.storage ?? (await openStorage({ folder: home })),
      uploads: rest.uploads ?? (await Uploads.open(join(home, 'pictures'))),
      gallery: 'hall',
      timeZone: 'UTC',
      now: () => new Date('2026-11-25T12:00:00.000Z'),
      ...rest,
    };
  }

  async manager(changes: Changes = {}): Promise<SessionManager> {
    const manager = new SessionManager(await this.parts(changes));
    this.#managers.push(manager);
    return manager;
  }

  async talk(changes: Changes = {}): Promise<Talk> {
    return new Talk(await this.manager(changes));
  }

  async remove(): Promise<void> {
    await Promise.all(this.#managers.map((manager) => manager.close(0)));
    await this.store.close();
    await rm(this.root, { recursive: true, force: true });
  }
}

/** One conversation, message by message. */
export class Talk {
  readonly delivered: Reply[] = [];
  #sent = 0;

  constructor(
    readonly manager: SessionManager,
    readonly conversation = `test:${randomUUID()}`,
  ) {}

  readonly deliver = async (reply: Reply): Promise<void> => {
    this.delivered.push(reply);
  };

  /** Sends without waiting. */
  send(text: string, more: Parameters<typeof messageOf>[3] = {}, id = `m${++this.#sent}`) {
    return this.manager.handle(messageOf(this.conversation, id, text, more), this.deliver);
  }

  /** @returns the final reply */
  async say(text: string, more: Parameters<typeof messageOf>[3] = {}): Promise<Reply> {
    const id = `m${++this.#sent}`;
    await this.send(text, more, id).done;
    const reply = this.delivered.find(({ key }) => key === `${id}#final`);
    if (!reply) throw new Error(`There was no final reply to "${text}".`);
    return reply;
  }

  async press(act: Act): Promise<Reply> {
    return this.say('', { acts: [act] });
  }

  async state() {
    const state = await this.manager.state(this.conversation);
    if (!state) throw new Error('There is no state.');
    return state;
  }
}

/** `7-1.png` of each card: person 7 on camera 2. */
export function sources(reply: Reply): string[] {
  return (reply.answer?.cards ?? []).map(({ source }) => source);
}
