/** Features of pictures, computed once: from memory, from disk, or by the vision encoder in calls of several pictures. */
import { LRUCache } from 'lru-cache';
import type { Picture } from '../foundation/picture.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { CacheStats } from './engine.ts';
import type { FeatureDisk } from './feature-disk.ts';
import type { PatchGrid, PicturePatches } from './image-processor.ts';
import type { PictureFeatures, VisionEncoder } from './vision-encoder.ts';

export type PictureProcessor = (picture: Picture) => Promise<PicturePatches>;

/** Pictures decoded ahead of the vision encoder. libuv has four threads. */
const decodeAhead = 4;
/** Grids are a few bytes and save reading a picture whose keys are all that is needed. */
const keptGrids = 200_000;

export class FeatureCache {
  /** Vision tokens that were computed, not found. */
  computed = 0;
  readonly #memory: LRUCache<string, PictureFeatures> | undefined;
  readonly #grids = new LRUCache<string, PatchGrid>({ max: keptGrids });
  readonly #inFlight = new Map<string, Promise<PictureFeatures | undefined>>();
  readonly #limit: number;
  #hits = 0;
  #misses = 0;

  /** @param limitBytes of the part in memory; 0 keeps nothing there */
  constructor(
    readonly vision: VisionEncoder,
    readonly process: PictureProcessor,
    limitBytes: number,
    readonly disk?: FeatureDisk,
  ) {
    this.#limit = limitBytes;
    if (limitBytes > 0) {
      this.#memory = new LRUCache({
        maxSize: limitBytes,
        sizeCalculation: (features: PictureFeatures) => Math.max(1, features.data.byteLength),
      });
    }
  }

  /** The patch grid of a picture that was seen before. */
  grid(pictureId: string): PatchGrid | undefined {
    return this.#grids.get(pictureId);
  }

  /**
   * Features by picture id. Each picture is computed by one call even when several want it at the same time.
   *
   * @throws ChatReidError PICTURE_* of the first picture that cannot be opened; what the checkpoint throws
   */
  async get(
    pictures: readonly Picture[],
    checkpoint: Checkpoint,
  ): Promise<ReadonlyMap<string, PictureFeatures>> {
    const found = new Map<string, PictureFeatures>();
    let missing = [...new Map(pictures.map((picture) => [picture.id, picture])).values()];
    for (const { id } of missing) {
      const kept = this.#memory?.get(id);
      if (kept) found.set(id, kept);
    }
    this.#hits += found.size;
    this.#misses += missing.length - found.size;
    missing = missing.filter(({ id }) => !found.has(id));
    while (missing.length > 0) {
      await checkpoint();
      const elsewhere = missing.filter(({ id }) => this.#inFlight.has(id));
      const mine = missing.filter(({ id }) => !this.#inFlight.has(id));
      const waits = elsewhere.map(({ id }) => this.#inFlight.get(id));
      for (const [id, features] of await this.#claim(mine, checkpoint)) found.set(id, features);
      for (const [i, features] of (await Promise.all(waits)).entries()) {
        if (features) found.set((elsewhere[i] as Picture).id, features);
      }
      // Left over: what the other call gave up, because it was cancelled or a picture before it was bad.
      missing = elsewhere.filter(({ id }) => !found.has(id));
    }
    return found;
  }

  async forget(pictureId: string): Promise<void> {
    this.#memory?.delete(pictureId);
    this.#grids.delete(pictureId);
    await this.disk?.forget(pictureId);
  }

  stats(): CacheStats {
    return {
      hits: this.#hits,
      misses: this.#misses,
      bytes: this.#memory?.calculatedSize ?? 0,
      limitBytes: this.#limit,
    };
  }

  /** Takes the pictures on: reads them from disk or computes them, and settles whoever waits for them. */
  async #claim(pictures: readonly Picture[], checkpoint: Checkpoint): Promise<Map<string, PictureFeatures>> {
    const settle = new Map<string, (result?: PictureFeatures) => void>();
    for (const { id } of pictures) {
      const waiting = new Promise<PictureFeatures | undefined>((resolve) => settle.set(id, resolve));
      this.#inFlight.set(id, waiting);
    }
    const found = new Map<string, PictureFeatures>();
    const finish = (id: string, features: PictureFeatures) => {
      found.set(id, features);
      this.#memory?.set(id, features);
      this.#grids.set(id, features.grid);
      this.#inFlight.delete(id);
      settle.get(id)?.(features);
    };
    try {
      const onDisk = await Promise.all(pictures.map(({ id }) => this.disk?.get(id)));
      pictures.forEach(({ id }, i) => {
        const features = onDisk[i];
        if (features) finish(id, features);
      });
      const rest = pictures.filter(({ id }) => !found.has(id));
      await this.#compute(rest, checkpoint, (id, features) => {
        this.disk?.put(id, features);
        finish(id, features);
      });
      return found;
    } finally {
      for (const { id } of pictures) {
        if (found.has(id)) continue;
        this.#inFlight.delete(id);
        settle.get(id)?.();
      }
    }
  }

  /** While the vision encoder runs (and this thread stands still), the next pictures are decoded on other threads. */
  async #compute(
    pictures: readonly Picture[],
    checkpoint: Checkpoint,
    finish: (id: string, features: PictureFeatures) => void,
  ): Promise<void> {
    const decoding: Promise<PicturePatches>[] = [];
    const decode = (until: number) => {
      while (decoding.length < Math.min(until, pictures.length)) {
        const patches = this.process(pictures[decoding.length] as Picture);
        // Awaited below, but a failure of an earlier picture ends the loop before that.
        patches.catch(() => undefined);
        decoding.push(patches);
      }
    };
    decode(decodeAhead);
    let done = 0;
    let ready: PicturePatches[] = [];
    while (done < pictures.length) {
      while (done + ready.length < pictures.length) {
        const sizes = ready.map(({ grid }) => grid[0] * grid[1] * grid[2]);
        if (this.vision.fits(sizes) < sizes.length) break;
        decode(done + ready.length + decodeAhead);
        ready.push(await (decoding[done + ready.length] as Promise<PicturePatches>));
      }
      const sizes = ready.map(({ grid }) => grid[0] * grid[1] * grid[2]);
      const count = this.vision.fits(sizes);
      decode(done + ready.length + decodeAhead);
      await checkpoint();
      const features = await this.vision.encode(ready.slice(0, count));
      features.forEach((each, i) => {
        finish((pictures[done + i] as Picture).id, each);
      });
      this.computed += this.vision.tokens(ready.slice(0, count));
      done += count;
      ready = ready.slice(count);
    }
  }
}
