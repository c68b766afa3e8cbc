/** A home with some of the demo's pictures, and the real conversations over it; the model sees colours, the same on every machine. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Composition, type LocalModel, makers } from '../../src/cli/composition.ts';
import { pictureEncoder } from '../../src/cli/registering.ts';
import { settingsFrom } from '../../src/cli/settings.ts';
import type { Conversations } from '../../src/conversation/conversations.ts';
import { packageRoot } from '../../src/foundation/package-root.ts';
import { importPictures } from '../../src/gallery/importer.ts';
import type { Access } from '../../src/trust/access/access.ts';
import { drawPeople } from '../cli/coloured-people.ts';
import { colourModel } from '../cli/command-line.ts';

export const demoFolder = join(packageRoot(), 'model', 'demo');
const people = 12;

export class TalkHouse {
  readonly #open: Composition[] = [];

  private constructor(
    readonly root: string,
    readonly env: NodeJS.ProcessEnv,
  ) {}

  static async build(): Promise<TalkHouse> {
    const root = await mkdtemp(join(tmpdir(), 'chatreid-talk-'));
    const { model } = await drawPeople(root);
    const house = new TalkHouse(root, {
      CHATREID_HOME: join(root, 'home'),
      CHATREID_MODEL: model,
      CHATREID_TIME_ZONE: 'Europe/Berlin',
    });
    const parts = house.#composition({});
    await importPictures({
      store: await parts.store(),
      gallery: 'demo',
      sources: [await someOfTheDemo(root)],
      encoder: await pictureEncoder(await parts.encoder()),
      timeZone: 'Europe/Berlin',
    });
    await parts.close();
    return house;
  }

  /** As one process has them, on a Friday: the pictures are of Tuesday and Wednesday. @param model what of it is another */
  async conversations(model: Partial<LocalModel> = {}, access?: Access): Promise<Conversations> {
    const parts = this.#composition(model);
    if (access) parts.access = access;
    return parts.conversations('demo', () => new Date('2026-05-15T10:00:00Z'));
  }

  /** Ends every process. */
  async shut(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((parts) => parts.close()));
  }

  async remove(): Promise<void> {
    await this.shut();
    await rm(this.root, { recursive: true, force: true });
  }

  #composition(model: Partial<LocalModel>): Composition {
    const parts = new Composition(settingsFrom(this.env), {
      ...makers,
      localModel: async () => ({ ...colourModel(), ...model }),
    });
    this.#open.push(parts);
    return parts;
  }
}

/** The gallery pictures of the first people, with who, where and when. @returns the manifest */
async function someOfTheDemo(root: string): Promise<string> {
  const [head, ...rows] = (await readFile(join(demoFolder, 'manifest.csv'), 'utf8')).split('\n');
  const wanted = rows.filter((row) => {
    const person = Number(/^pictures\/d(\d+)_/.exec(row)?.[1] ?? Number.NaN);
    return person <= people && /,gallery,/.test(row);
  });
  const absolute = wanted.map((row) => `${demoFolder}/${row}`);
  await mkdir(join(root, 'demo'), { recursive: true });
  const manifest = join(root, 'demo', 'manifest.csv');
  await writeFile(manifest, [head, ...absolute].join('\n'));
  return manifest;
}
