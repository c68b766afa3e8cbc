/** Looks for many pieces of bytes at once, in one pass, at some hundred megabytes a second. */
import { readFileSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type AnchorKey,
  anchorBytes,
  anchorHash,
  anchorKey,
  type Fingerprint,
  macOf,
} from './fingerprint.ts';

export interface Hit {
  readonly needle: Fingerprint;
  /** Where the piece begins. */
  readonly offset: number;
}

const chunkBytes = 1024 * 1024;
const smallBytes = 256 * 1024;
const sliceMs = 5;

/**
 * Of every eight bytes a keyed hash is looked up in a table of bits; only where that says so, the piece around them is hashed
 * and compared. What it says is found is found: the hash has 128 bits.
 */
export class ByteScanner {
  readonly #key: AnchorKey;
  readonly #bits: Uint32Array;
  readonly #shift: number;
  readonly #byStart = new Map<number, Fingerprint[]>();
  #breathed = 0;
  /** Of the longest piece. */
  readonly longest: number;

  constructor(
    private readonly salt: string,
    needles: readonly Fingerprint[],
  ) {
    this.#key = anchorKey(salt);
    this.longest = needles.reduce((most, { length }) => Math.max(most, length), anchorBytes);
    // 64 bits a piece: one anchor of 64 is looked at closer for nothing.
    const size = Math.min(26, Math.max(16, Math.ceil(Math.log2(Math.max(1, needles.length))) + 6));
    this.#shift = 32 - size;
    this.#bits = new Uint32Array(2 ** (size - 5));
    for (const needle of needles) {
      const bit = needle.start >>> this.#shift;
      this.#bits[bit >>> 5]! |= 1 << (bit & 31);
      const same = this.#byStart.get(needle.start);
      if (same) same.push(needle);
      else this.#byStart.set(needle.start, [needle]);
    }
  }

  get empty(): boolean {
    return this.#byStart.size === 0;
  }

  /** In bytes that are whole. */
  scan(bytes: Buffer): Hit[] {
    const hits: Hit[] = [];
    this.#anchors(bytes, 0, bytes.length - anchorBytes + 1, bytes.length, 0, hits);
    return hits;
  }

  /** @returns how many bytes it has. @throws what the file system throws */
  async scanFile(path: string, onHit: (hit: Hit) => void, signal?: AbortSignal): Promise<number> {
    await this.#breathe();
    // Most files are pictures: waiting for the disk five times costs more than reading one.
    if (statSync(path).size <= smallBytes) {
      signal?.throwIfAborted();
      const bytes = readFileSync(path);
      this.scan(bytes).forEach(onHit);
      return bytes.length;
    }
    const file = await open(path, 'r');
    try {
      return await this.#scanOpen(file, onHit, signal);
    } finally {
      await file.close();
    }
  }

  /** Whoever else runs in this process gets its turn every few milliseconds. */
  async #breathe(): Promise<void> {
    if (performance.now() - this.#breathed < sliceMs) return;
    await nextTurn();
    this.#breathed = performance.now();
  }

  /** A piece may begin in what was read before and end in what is read after: as much of either stays. */
  async #scanOpen(
    file: FileHandle,
    onHit: (hit: Hit) => void,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const margin = this.longest;
    const { size } = await file.stat();
    const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, size + anchorBytes) + 2 * margin);
    let [filled, base, next] = [0, 0, 0];
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, base + filled);
      filled += bytesRead;
      const hits: Hit[] = [];
      const over = bytesRead === 0;
      const to = over ? filled - anchorBytes + 1 : filled - margin;
      if (to > next) {
        this.#anchors(buffer, next, to, filled, base, hits);
        next = to;
      }
      hits.forEach(onHit);
      await this.#breathe();
      if (over) return base + filled;
      const dropped = Math.max(0, next - margin);
      if (dropped === 0) continue;
      buffer.copyWithin(0, dropped, filled);
      [filled, base, next] = [filled - dropped, base + dropped, next - dropped];
    }
  }

  /** Anchors that begin in [from, to) of the first `length` bytes. */
  #anchors(bytes: Buffer, from: number, to: number, length: number, base: number, hits: Hit[]): void {
    if (to <= from) return;
    const bits = this.#bits;
    const shift = this.#shift;
    const { low: a, high: b } = this.#key;
    let low = bytes.readInt32LE(from);
    let high = bytes.readInt32LE(from + 4);
    const last = Math.min(to, length - anchorBytes);
    let at = from;
    for (; at < last; at++) {
      const mixed = Math.imul(low ^ a, 0x9e3779b1) ^ Math.imul(high ^ b, 0x85ebca77);
      const bit = ((mixed ^ (mixed >>> 15)) >>> 0) >>> shift;
      if (((bits[bit >>> 5] as number) >>> (bit & 31)) & 1) this.#look(bytes, at, length, base, hits);
      low = (low >>> 8) | (high << 24);
      high = (high >>> 8) | ((bytes[at + anchorBytes] as number) << 24);
    }
    for (; at < to; at++) this.#look(bytes, at, length, base, hits);
  }

  #look(bytes: Buffer, at: number, length: number, base: number, hits: Hit[]): void {
    const start = anchorHash(this.#key, bytes.readInt32LE(at), bytes.readInt32LE(at + 4));
    for (const needle of this.#byStart.get(start) ?? []) {
      const begin = at - needle.anchor;
      const end = begin + needle.length;
      if (begin < 0 || end > length) continue;
      if (macOf(this.salt, bytes.subarray(begin, end)) === needle.mac)
        hits.push({ needle, offset: base + begin });
    }
  }
}
