/** Keys of prompt prefixes that a later prompt may begin with, in memory, bounded in bytes. */
import { LRUCache } from 'lru-cache';
import type { CacheStats } from './engine.ts';
import type { PastKeys } from './past-keys.ts';
import type { EncodedPrompt, PromptSpan } from './prompt-encoder.ts';

interface Entry {
  readonly ids: Int32Array;
  readonly pictures: readonly PromptSpan[];
  readonly keys: PastKeys;
  readonly bytes: number;
}

/**
 * One cache belongs to one loaded model. A prefix is found by prompt version, token ids and the ids of its pictures,
 * at whatever length it was kept; the hash only finds it, equality decides. The longest kept prefix wins.
 */
export class KeyCache {
  readonly #limit: number;
  readonly #entries: LRUCache<string, Entry> | undefined;
  /** How many entries have each length: only these lengths are worth a look. */
  readonly #lengths = new Map<number, number>();
  readonly #inFlight = new Map<string, Promise<PastKeys | undefined>>();
  #hits = 0;
  #misses = 0;

  /** @param limitBytes 0 keeps nothing */
  constructor(limitBytes: number) {
    this.#limit = limitBytes;
    if (limitBytes > 0) {
      this.#entries = new LRUCache({
        maxSize: limitBytes,
        sizeCalculation: (entry: Entry) => entry.bytes,
        dispose: (entry) => this.#count(entry.ids.length, -1),
      });
    }
  }

  /** Whether anything is kept at all. */
  get keeps(): boolean {
    return this.#entries !== undefined;
  }

  /**
   * Keys of the longest kept prefix, always shorter than the prompt. Counts as a hit when everything that the prompt
   * marks as worth keeping was there, as a miss when something of it must be computed.
   */
  longest(prompt: EncodedPrompt): PastKeys | undefined {
    const wanted = prompt.marks.at(-1) ?? 0;
    let found: PastKeys | undefined;
    if (this.#entries && this.#lengths.size > 0) {
      const lengths = [...this.#lengths.keys()]
        .filter((length) => length < prompt.ids.length)
        .sort((a, b) => b - a);
      for (const length of lengths) {
        found = this.#get(prompt, length);
        if (found) break;
      }
    }
    if (found && found.length >= wanted) this.#hits++;
    else if (wanted > 0) this.#misses++;
    return found;
  }

  store(prompt: EncodedPrompt, keys: PastKeys): void {
    const { length } = keys;
    const ids = prompt.ids.slice(0, length);
    const bytes = keys.arrays.reduce((sum, array) => sum + array.byteLength, 0) + ids.byteLength;
    if (!this.#entries || bytes > this.#limit) return;
    this.#count(length, 1);
    this.#entries.set(keyOf(prompt, length), { ids, pictures: within(prompt, length), keys, bytes });
  }

  /** The keys of the prefix when another call is computing them now; undefined results mean it gave up. */
  computing(prompt: EncodedPrompt, length: number): Promise<PastKeys | undefined> | undefined {
    return this.#inFlight.get(keyOf(prompt, length));
  }

  /** Tells other calls that the keys of this prefix are on their way. Call the returned function with them, or without when it failed. */
  announce(prompt: EncodedPrompt, length: number): (keys?: PastKeys) => void {
    const key = keyOf(prompt, length);
    const { promise, resolve } = withResolvers<PastKeys | undefined>();
    this.#inFlight.set(key, promise);
    return (keys) => {
      if (this.#inFlight.get(key) === promise) this.#inFlight.delete(key);
      if (keys) this.store(prompt, keys);
      resolve(keys);
    };
  }

  /** Drops every prefix that shows the picture. */
  forget(pictureId: string): void {
    for (const [key, { pictures }] of this.#entries?.entries() ?? []) {
      if (pictures.some((span) => span.pictureId === pictureId)) this.#entries?.delete(key);
    }
  }

  clear(): void {
    this.#entries?.clear();
  }

  stats(): CacheStats {
    return {
      hits: this.#hits,
      misses: this.#misses,
      bytes: this.#entries?.calculatedSize ?? 0,
      limitBytes: this.#limit,
    };
  }

  #get(prompt: EncodedPrompt, length: number): PastKeys | undefined {
    const key = keyOf(prompt, length);
    const entry = this.#entries?.get(key);
    return entry && samePrefix(entry, prompt, length) ? entry.keys : undefined;
  }

  #count(length: number, by: number): void {
    const count = (this.#lengths.get(length) ?? 0) + by;
    if (count > 0) this.#lengths.set(length, count);
    else this.#lengths.delete(length);
  }
}

function samePrefix(entry: Entry, prompt: EncodedPrompt, length: number): boolean {
  if (entry.ids.length !== length) return false;
  for (let i = 0; i < length; i++) if (entry.ids[i] !== prompt.ids[i]) return false;
  const pictures = within(prompt, length);
  return (
    pictures.length === entry.pictures.length &&
    pictures.every((span, i) => {
      const other = entry.pictures[i] as PromptSpan;
      return (
        span.pictureId === other.pictureId &&
        span.start === other.start &&
        span.grid[1] === other.grid[1] &&
        span.grid[2] === other.grid[2]
      );
    })
  );
}

/** Pictures that begin inside the prefix. */
function within(prompt: EncodedPrompt, length: number): PromptSpan[] {
  return prompt.pictures.filter(({ start }) => start < length);
}

const hashesOf = new WeakMap<EncodedPrompt, readonly [Uint32Array, Uint32Array]>();

function keyOf(prompt: EncodedPrompt, length: number): string {
  let hashes = hashesOf.get(prompt);
  if (hashes === undefined) {
    hashes = prefixHashes(prompt);
    hashesOf.set(prompt, hashes);
  }
  return `${prompt.version}\n${length}\n${hashes[0][length]}\n${hashes[1][length]}`;
}

/** Two FNV-1a hashes of every prefix, computed along the prompt once. */
function prefixHashes(prompt: EncodedPrompt): [Uint32Array, Uint32Array] {
  const length = prompt.ids.length;
  const first = new Uint32Array(length + 1);
  const second = new Uint32Array(length + 1);
  first[0] = 0x811c9dc5;
  second[0] = 0x9747b28c;
  let next = 0;
  for (let i = 0; i < length; i++) {
    const picture = prompt.pictures[next];
    let token = prompt.ids[i] as number;
    if (picture && i >= picture.start) {
      if (i === picture.start)
        for (const character of picture.pictureId) token = mix(token, character.charCodeAt(0));
      if (i === picture.start + picture.tokens - 1) next++;
    }
    first[i + 1] = mix(first[i] as number, token);
    second[i + 1] = mix(second[i] as number, token ^ 0x5bd1e995);
  }
  return [first, second];
}

function mix(hash: number, value: number): number {
  let mixed = Math.imul(hash ^ (value & 0xffff), 0x01000193);
  mixed = Math.imul(mixed ^ (value >>> 16), 0x01000193);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
