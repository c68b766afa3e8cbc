/** A home in which a person has left something in every store and every cache, and others too. */
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { Composition, type LocalModel, makers } from '../../../src/cli/composition.ts';
import { pictureEncoder } from '../../../src/cli/registering.ts';
import { settingsFrom } from '../../../src/cli/settings.ts';
import type { Act } from '../../../src/conversation/act.ts';
import type { Reply } from '../../../src/conversation/reply.ts';
import { FeatureDisk } from '../../../src/engine/feature-disk.ts';
import { featuresFolder } from '../../../src/engine/feature-folder.ts';
import { EmbeddingCache } from '../../../src/evaluation/embedding-cache.ts';
import { pictureId } from '../../../src/foundation/picture.ts';
import { importPictures } from '../../../src/gallery/importer.ts';
import { colourModel } from '../../cli/command-line.ts';
import { calibrationNumbers } from '../../support/calibration-numbers.ts';
import { random, unitVector } from '../../gallery/test-pictures.ts';

export const dimension = 32;
export const persons = ['visitor-0001', 'visitor-0002', 'visitor-0003', 'visitor-0004'];
/** The one who is forgotten. */
export const anna = persons[0]!;
const picturesEach = 3;

/** Noise, so that no two pictures have a piece in common. */
export async function noisePicture(number: number): Promise<Buffer> {
  const next = random(number + 1);
  const pixels = Buffer.from(Array.from({ length: 48 * 96 * 3 }, () => Math.floor(next() * 256)));
  return sharp(pixels, { raw: { width: 48, height: 96, channels: 3 } })
    .jpeg({ quality: 80 })
    .toBuffer();
}

export function seenVector(id: string): Float32Array {
  return unitVector(Number.parseInt(id.slice(0, 8), 16) >>> 0, dimension);
}

/** What it sees is a function of the picture's bytes; words are somewhere. */
export function seeingModel(): LocalModel {
  return {
    ...colourModel(),
    describeEncoder: async () => ({ name: 'seeing', space: 'seen', dimension, text: true, device: 'cpu' }),
    encodePictures: async (pictures) => pictures.map(({ id }) => seenVector(id)),
    encodeTexts: async (texts) => texts.map((text) => unitVector(text.length, dimension)),
  };
}

export class ForgetHouse {
  /** Where talks are kept in place of the home. */
  stateUrl = '';

  private constructor(
    readonly root: string,
    /** Picture ids of each person, in the order of {@link persons}. */
    readonly ids: readonly (readonly string[])[],
  ) {}

  /** One that another process has built. */
  static at(root: string): ForgetHouse {
    return new ForgetHouse(root, []);
  }

  get home(): string {
    return join(this.root, 'home');
  }

  get env(): NodeJS.ProcessEnv {
    return {
      CHATREID_HOME: this.home,
      CHATREID_MODEL: join(this.root, 'model'),
      CHATREID_TIME_ZONE: 'UTC',
      NO_COLOR: '1',
      CHATREID_STATE_URL: this.stateUrl,
    };
  }

  /** The ids of the one who is forgotten. */
  get annas(): readonly string[] {
    return this.ids[0]!;
  }

  static async build(root: string): Promise<ForgetHouse> {
    const ids: string[][] = [];
    const lines = ['path,person_id,camera_id,time,source'];
    await mkdir(join(root, 'pictures'), { recursive: true });
    for (const [at, person] of persons.entries()) {
      const own: string[] = [];
      for (let number = 0; number < picturesEach; number++) {
        const bytes = await noisePicture(at * picturesEach + number);
        const name = `${person}-camera-${number + 1}.jpg`;
        await writeFile(join(root, 'pictures', name), bytes);
        lines.push(
          [name, person, String(number + 1), `2026-11-2${number + 1}T10:0${at}:00Z`, name].join(','),
        );
        own.push(pictureId(bytes));
      }
      ids.push(own);
    }
    await writeFile(join(root, 'pictures', 'manifest.csv'), `${lines.join('\n')}\n`);
    await mkdir(join(root, 'model'), { recursive: true });
    const filter = {
      ...calibrationNumbers,
      dimension,
      image: { file: 'onnx/filter_image.onnx', width: 48, height: 96 },
      text: { file: 'onnx/filter_text.onnx', tokenizer: 'filter_tokenizer.json' },
    };
    await writeFile(
      join(root, 'model', 'chatreid.json'),
      JSON.stringify({ name: 'seeing', licence: 'MIT', filter }),
    );
    return new ForgetHouse(root, ids);
  }

  /** The same one again, as another process finds it. */
  async copy(root: string): Promise<ForgetHouse> {
    // The driver removes a log when its statements are collected, maybe right now; of a store that was closed it is empty.
    await cp(this.root, root, { recursive: true, filter: (from) => !/-(wal|shm)$/.test(from) });
    return new ForgetHouse(root, this.ids);
  }

  parts(model: Partial<LocalModel> = {}): Composition {
    return new Composition(settingsFrom(this.env), {
      ...makers,
      localModel: async () => ({ ...seeingModel(), ...model }),
    });
  }

  async fillAll(): Promise<void> {
    const parts = this.parts();
    await this.fillGalleries(parts);
    await this.fillCaches();
    await this.talk(parts);
    await this.leaveQueued(parts);
    await parts.close();
    await this.leaveReplaced();
  }

  /** Two galleries, the same bytes of two pictures in both; vectors of an older model beside those in use. */
  async fillGalleries(parts: Composition): Promise<void> {
    const store = await parts.store();
    const encoder = await pictureEncoder(await parts.encoder());
    for (const gallery of ['lobby', 'gate']) {
      await importPictures({
        store,
        gallery,
        sources: [join(this.root, 'pictures', 'manifest.csv')],
        encoder,
        timeZone: 'UTC',
      });
    }
    const old = this.ids.flat().map((id) => ({ pictureId: id, vector: seenVector(`ff${id}`) }));
    await store.addVectors('an older space', old);
    const { recordedAction } = await import('../../../src/cli/audit/recorded-command.ts');
    await recordedAction(
      parts,
      {
        kind: 'registration',
        facts: { gallery: 'lobby' },
        words: { person: anna, files: [`${anna}-camera-1.jpg`] },
      },
      async () => 1,
      () => ({}),
    );
  }

  async fillCaches(): Promise<void> {
    const cache = join(this.home, 'cache');
    const disk = new FeatureDisk(featuresFolder(cache), 'a model', 1e9);
    const evaluation = new EmbeddingCache(join(cache, 'evaluation'), 'seen', dimension);
    for (const [at, id] of this.ids.flat().entries()) {
      const data = unitVector(at + 5000, 4 * 64);
      disk.put(id, { grid: [1, 4, 4], data });
      await evaluation.append([{ id, vector: seenVector(id) }]);
    }
    await disk.settled();
    await evaluation.close();
    await mkdir(join(cache, 'registering-abc123'), { recursive: true });
    const line = JSON.stringify({ path: 'x.jpg', source: `${anna}-camera-1.jpg`, person_id: anna });
    await writeFile(join(cache, 'registering-abc123', 'pictures.jsonl'), `${line}\n`);
    await mkdir(join(cache, 'evaluation', 'answers'), { recursive: true });
    await writeFile(
      join(cache, 'evaluation', 'answers', 'log.jsonl'),
      `${JSON.stringify({ picture: this.annas[1] })}\n`,
    );
  }

  /** A search with a picture that was sent, one with a candidate, one that was taken back. */
  async talk(parts: Composition): Promise<Reply[]> {
    const conversations = await parts.conversations('lobby', () => new Date('2026-11-28T12:00:00Z'));
    const replies: Reply[] = [];
    const say = async (conversation: string, text: string, acts: readonly Act[] = [], picture?: Buffer) => {
      const { done } = conversations.handle(
        {
          id: `m${replies.length}-${conversation}`,
          conversation,
          user: 'web:local',
          at: '2026-11-28T12:00:00.000Z',
          text,
          attachments: picture ? [{ name: `${anna}-phone.jpg`, bytes: picture }] : [],
          ...(acts.length > 0 ? { acts } : {}),
        },
        async (reply) => {
          replies.push(reply);
        },
      );
      await done;
    };
    const own = await readFile(join(this.root, 'pictures', `${anna}-camera-1.jpg`));
    await say('web:4f2a', 'a tall person', [], own);
    await say('web:4f2a', '', [{ act: 'exclude', pictures: [{ pictureId: this.annas[1]! }] }]);
    await say('web:4f2a', '', [{ act: 'choose', picture: { pictureId: this.annas[2]! } }]);
    await say('web:4f2a', 'undo');
    await say('terminal:evening', 'somebody in red');
    await say('terminal:other', 'help');
    await say('slack:T1/C2/1.1', 'somebody in blue');
    await mkdir(join(this.home, 'chat', 'evening'), { recursive: true });
    await writeFile(join(this.home, 'chat', 'evening', 'answer-1.png'), await noisePicture(777));
    await mkdir(join(this.home, 'chat', 'other'), { recursive: true });
    await writeFile(join(this.home, 'chat', 'other', 'answer-1.png'), await noisePicture(778));
    return replies;
  }

  /** Messages that nobody has answered, an event that is not finished, a button that is kept for a post. */
  async leaveQueued(parts: Composition): Promise<void> {
    const storage = await parts.storage();
    const message = {
      version: 1,
      id: 'queued',
      conversation: 'web:queued',
      user: 'web:local',
      at: '2026-11-28T12:00:00.000Z',
      order: 1,
      text: '',
      acts: [],
      attachments: [{ name: `${anna}-queued.jpg`, id: this.annas[0] }],
      notes: [],
      tries: 0,
    };
    await storage.inbox.set([{ key: 'message-queued', value: message }]);
    await storage.events.set([
      { key: 'slack/event/1', value: { at: 1, event: { text: `is this ${this.annas[1]}?` } } },
    ]);
    const act = { act: 'choose', picture: { pictureId: this.annas[0] } };
    await storage.posts.set([{ key: 'discord/fact/act/77', value: act }]);
    await mkdir(join(this.home, 'conversations'), { recursive: true });
    const damaged = `half a page\n${JSON.stringify({ pictureId: this.annas[2] })}\nand no end`;
    await writeFile(join(this.home, 'conversations', 'state.sqlite.damaged-2026-11-20'), damaged);
  }

  /** As a restore leaves what was there before. */
  async leaveReplaced(): Promise<void> {
    const aside = join(this.home, 'replaced-2026-11-01T00-00-00-000Z');
    for (const part of ['galleries', 'conversations', 'audit', 'cache']) {
      await cp(join(this.home, part), join(aside, part), { recursive: true });
    }
  }

  async files(folder = ''): Promise<string[]> {
    return (await readdir(join(this.home, folder), { recursive: true })).sort();
  }
}
