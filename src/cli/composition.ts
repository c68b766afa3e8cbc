/** The composition root: which implementation stands behind each seam. Nothing is opened before it is asked for. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Conversations } from '../conversation/conversations.ts';
import type { ConversationStorage } from '../conversation/storage/conversation-storage.ts';
import type { Encoder } from '../engine/encoder.ts';
import type { Engine } from '../engine/engine.ts';
import type { ModelFolder } from '../engine/model-folder.ts';
import { prepareHome } from '../foundation/home.ts';
import type { GalleryStore } from '../gallery/gallery-store.ts';
import type { Detector } from '../gallery/people/detector.ts';
import type { FusionNumbers } from '../retrieval/fusion.ts';
import type { Retrieval } from '../retrieval/retrieval.ts';
import type { AttributeProbes } from '../retrieval/traits/attribute-probes.ts';
import { type Access, everythingAllowed } from '../trust/access/access.ts';
import type { AuditTrail } from '../trust/audit-trail.ts';
import type { Forgotten } from '../trust/forget/forgotten.ts';
import type { LiveForgetting } from './forget/live-forgetting.ts';
import type { Settings } from './settings.ts';

/** Both sides of a local model, in a child process of their own. */
export type LocalModel = Engine & Encoder;

/** How each part is made; modules are loaded here and not at the top, so that `--help` loads none of them. */
export interface Makers {
  store(settings: Settings): Promise<GalleryStore>;
  modelFolder(path: string, settings: Settings): Promise<ModelFolder>;
  localModel(folder: string, settings: Settings): Promise<LocalModel>;
  remoteEngine(remote: NonNullable<Settings['remote']>, settings: Settings): Promise<Engine>;
  detector(folder: string, settings: Settings): Promise<Detector | undefined>;
}

export const makers: Makers = {
  async store({ home }) {
    const { EmbeddedGalleryStore } = await import('../gallery/embedded-store.ts');
    return EmbeddedGalleryStore.open(home.galleries);
  },
  async modelFolder(path, { home }) {
    const { ModelFolder } = await import('../engine/model-folder.ts');
    return ModelFolder.open(path, { cacheFolder: home.cache });
  },
  async localModel(folder, { device, home }) {
    const { EngineProcess } = await import('../engine/process/engine-process.ts');
    // One run of a model of billions of parameters takes seconds on a cpu; killing it costs loading it anew.
    return new EngineProcess({ model: folder, device, cacheFolder: home.cache, cancelGraceMs: 30_000 });
  },
  async remoteEngine({ url, model, key }) {
    const { RemoteEngine } = await import('../engine/remote/remote-engine.ts');
    return new RemoteEngine({ server: url, ...(model ? { model } : {}), ...(key ? { key } : {}) });
  },
  async detector(folder, { home }) {
    const { PeopleDetector } = await import('../engine/people-detector.ts');
    return PeopleDetector.open({ model: folder, cacheFolder: home.cache });
  },
};

interface Closable {
  close(): Promise<void>;
}

export class Composition {
  readonly #makers: Makers;
  readonly #made = new Map<string, Promise<unknown>>();
  readonly #closable: Promise<Closable>[] = [];
  /** Who may do what in talks and on pages. A service puts its policy here before it opens anything; a command line has none. */
  access: Access = everythingAllowed;

  /** What is being forgotten at this moment: talks neither keep nor show it, whatever they have in memory. */
  readonly forgetting = new Set<Forgotten>();

  /** @param finishing the orders to forget that were left are being worked off by this one: it does not wait for them */
  constructor(
    readonly settings: Settings,
    replaced: Partial<Makers> = {},
    private readonly finishing = false,
  ) {
    this.#makers = { ...makers, ...replaced };
  }

  store(): Promise<GalleryStore> {
    return this.#once('store', () => this.#closing(this.#atHome(() => this.#makers.store(this.settings))));
  }

  /** What is known of the model without loading it. */
  modelFolder(): Promise<ModelFolder> {
    return this.#once('folder', () =>
      this.#atHome(() => this.#makers.modelFolder(this.settings.model, this.settings)),
    );
  }

  /** Where the base filter is: weights of others bring none, and are then used behind the shipped one. */
  async filterFolder(): Promise<string> {
    const { model, shippedModel } = this.settings;
    return (await this.modelFolder()).filter ? model : shippedModel;
  }

  async encoder(): Promise<Encoder> {
    return this.localModel(await this.filterFolder());
  }

  /** The child starts with the first request to it, not here. */
  localModel(folder = this.settings.model): Promise<LocalModel> {
    return this.#once(`model ${folder}`, () =>
      this.#closing(this.#atHome(() => this.#makers.localModel(folder, this.settings))),
    );
  }

  /** @returns undefined where neither a server is set nor the model folder holds a language model */
  async engine(): Promise<Engine | undefined> {
    const { remote } = this.settings;
    if (remote) {
      return this.#once('remote', () => this.#closing(this.#makers.remoteEngine(remote, this.settings)));
    }
    const folder = await this.modelFolder();
    return folder.hasLanguageModel ? this.localModel() : undefined;
  }

  /** Weights of the model's own language model: a server's answers were not measured. */
  async fusion(): Promise<FusionNumbers | undefined> {
    if (this.settings.remote) return undefined;
    const { readFusion } = await import('../retrieval/fusion.ts');
    return readFusion(this.settings.model);
  }

  /** What the filter sees of a person's attributes. @returns undefined where its folder has no probes */
  probes(): Promise<AttributeProbes | undefined> {
    return this.#once('probes', async () => {
      const { AttributeProbes } = await import('../retrieval/traits/attribute-probes.ts');
      return AttributeProbes.read(await this.filterFolder());
    });
  }

  /** Finds people in frames: the model folder's own detector or else the shipped one. @returns undefined where there is none */
  detector(): Promise<Detector | undefined> {
    return this.#once('detector', async () => {
      const { model, shippedModel } = this.settings;
      for (const folder of new Set([model, shippedModel])) {
        const detector = await this.#atHome(() => this.#makers.detector(folder, this.settings));
        if (detector) return this.#closing(Promise.resolve(detector));
      }
      return undefined;
    });
  }

  retrieval(): Promise<Retrieval> {
    return this.#once('retrieval', async () => {
      const [{ Retrieval }, { Calibration }] = await Promise.all([
        import('../retrieval/retrieval.ts'),
        import('../retrieval/calibration.ts'),
      ]);
      const fusion = await this.fusion();
      const calibration = await Calibration.read(await this.filterFolder());
      const engine = await this.engine();
      const probes = await this.probes();
      return new Retrieval({
        store: await this.store(),
        encoder: await this.encoder(),
        calibration,
        ...(engine ? { engine } : {}),
        ...(fusion ? { fusion } : {}),
        ...(probes ? { probes } : {}),
      });
    });
  }

  /** Where talks and the journals of adapters are kept. @throws ChatReidError OPTION_INVALID (CHATREID_STATE_URL), STORAGE_*, … */
  storage(): Promise<ConversationStorage> {
    return this.#once('storage', async () => {
      const { forgetfulStorage } = await import('../conversation/storage/forgetful-storage.ts');
      return forgetfulStorage(await this.wholeStorage(), this.forgetting);
    });
  }

  /** The same as it lies there, for whoever forgets. */
  wholeStorage(): Promise<ConversationStorage> {
    return this.#once('whole storage', async () => {
      const { openStorage } = await import('../conversation/storage/open-storage.ts');
      const { home, stateUrl } = this.settings;
      const folder = join(home.root, 'conversations');
      const opening = this.#atHome(() =>
        openStorage({ folder, ...(stateUrl === undefined ? {} : { url: stateUrl }) }),
      );
      return this.#closing(opening);
    });
  }

  /** @returns undefined where it is switched off. @throws ChatReidError AUDIT_UNAVAILABLE, AUDIT_DAMAGED */
  async audit(): Promise<AuditTrail | undefined> {
    const { audit, home } = this.settings;
    if (!audit) return undefined;
    return this.#once('audit', async () => {
      const [{ AuditTrail }, { auditFolder }] = await Promise.all([
        import('../trust/audit-trail.ts'),
        import('../trust/audit-files.ts'),
      ]);
      return this.#closing(this.#atHome(() => AuditTrail.open(auditFolder(home))));
    });
  }

  /**
   * Talks of this home folder are answered by this process alone, until this is closed.
   *
   * @param command for whoever comes second: `chatreid serve`. @throws ChatReidError HOME_IN_USE, STORAGE_*
   */
  async claimHome(command: string, now: Date): Promise<void> {
    const { root } = this.settings.home;
    await this.#once('claim', async () => {
      const { HomeClaim } = await import('./home-claim.ts');
      return this.#closing(this.#atHome(() => HomeClaim.take(root, command, now)));
    });
  }

  /** Those that were asked for, and may have something of pictures in memory. */
  async openModels(): Promise<readonly (LocalModel | Engine)[]> {
    const open = [...this.#made].filter(([name]) => name.startsWith('model ') || name === 'remote');
    const models = await Promise.allSettled(open.map(([, made]) => made as Promise<LocalModel | Engine>));
    return models.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  }

  /** What this process does about orders to forget, while it answers talks. */
  liveForgetting(now?: () => Date): Promise<LiveForgetting> {
    return this.#once('forgetting', async () => {
      const [{ LiveForgetting }, { forgetTools }, { evict }] = await Promise.all([
        import('./forget/live-forgetting.ts'),
        import('./forget/tools-of-parts.ts'),
        import('./forget/evict.ts'),
      ]);
      const tools = forgetTools(this, now);
      const live = new LiveForgetting({
        tools,
        forgetting: this.forgetting,
        evict: (ids) => evict(this, ids),
      });
      // It stands on the stores, and the talks on it.
      return this.#closing(Promise.resolve(live));
    });
  }

  /** The talks: those of one process are of one gallery, where they name no other. */
  conversations(gallery: string, now?: () => Date): Promise<Conversations> {
    return this.#once('conversations', async () => {
      const { openConversations } = await import('./conversations.ts');
      const { recordedConversations } = await import('./audit/recorded-conversations.ts');
      const trail = await this.audit();
      const opened = await openConversations(this, gallery, now);
      const talks = trail ? recordedConversations(this, opened, trail, gallery) : opened;
      // Only now: what they stand on was opened before them, and is closed after them.
      return this.#closing(Promise.resolve(talks));
    });
  }

  /** Ends children and closes files; what was never opened is left alone. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    // The last that was opened stands on those before it: a talk ends before the model and the store do.
    for (const opening of this.#closable.splice(0).reverse()) {
      const part = await opening.catch(() => undefined);
      await part?.close().catch((error: unknown) => failures.push(error));
    }
    this.#made.clear();
    if (failures.length > 0) throw failures[0];
  }

  /** What keeps something in the home folder finds it made, and private. */
  async #atHome<Part>(make: () => Promise<Part>): Promise<Part> {
    await this.#once('home', () => this.#prepared());
    return make();
  }

  /** What an earlier process was told to forget and did not live to remove goes before anybody looks. */
  async #prepared(): Promise<void> {
    const { home } = this.settings;
    await prepareHome(home);
    if (this.finishing || !existsSync(join(home.root, 'forget'))) return;
    const { finishLeftOrders } = await import('./forget/finish-left.ts');
    await finishLeftOrders(home, () => new Composition(this.settings, this.#makers, true));
  }

  #once<Part>(name: string, make: () => Promise<Part>): Promise<Part> {
    let part = this.#made.get(name) as Promise<Part> | undefined;
    if (part === undefined) {
      part = make();
      this.#made.set(name, part);
    }
    return part;
  }

  #closing<Part extends Closable>(part: Promise<Part>): Promise<Part> {
    this.#closable.push(part);
    return part;
  }
}
