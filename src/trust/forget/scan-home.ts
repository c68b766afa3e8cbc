/** Reads every byte of every file of a home folder for what was forgotten. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { ByteScanner, type Hit } from './byte-scanner.ts';
import type { Fingerprint, NeedleKind } from './fingerprint.ts';
import type { ForgetOrder } from './forget-order.ts';
import { idNeedles } from './needles.ts';

export interface Finding {
  /** Path in the home folder, or the shelf and the key. */
  readonly where: string;
  /** In bytes; of a name, in the name. */
  readonly offset: number;
  readonly kind: NeedleKind;
  /** The first digits of the picture's id; absent for a name. */
  readonly picture?: string;
}

export interface ScanReport {
  readonly files: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Pieces that were looked for. */
  readonly needles: number;
  /** What must not be there. */
  readonly left: readonly Finding[];
  /** Ids of pictures where they may be: in orders to forget, in the chain of the audit trail. */
  readonly allowed: readonly Finding[];
  /** Pieces that another picture has too, which was not to be forgotten. */
  readonly shared: readonly Finding[];
}

/** Something beside the files: entries of a state that is kept elsewhere. */
export interface ScannedText {
  readonly where: string;
  readonly text: string;
}

/** More are not listed one by one. */
const listed = 10_000;

export function needlesOf(order: ForgetOrder): Fingerprint[] {
  return [
    ...order.pictures.flatMap((id, at) => idNeedles(order.salt, id, at)),
    ...order.marks,
    ...order.words,
  ];
}

export class HomeScan {
  readonly #scanner: ByteScanner;
  readonly #left: Finding[] = [];
  readonly #allowed: Finding[] = [];
  readonly #shared: Finding[] = [];
  readonly #common = new Set<Fingerprint>();
  readonly #hits: { readonly where: string; readonly hit: Hit }[] = [];
  readonly #needles: readonly Fingerprint[];
  readonly #gone: ReadonlySet<string>;
  #files = 0;
  #bytes = 0;
  readonly #began = performance.now();

  constructor(
    private readonly order: ForgetOrder,
    private readonly signal?: AbortSignal,
  ) {
    this.#needles = needlesOf(order);
    this.#scanner = new ByteScanner(order.salt, this.#needles);
    this.#gone = new Set(order.pictures);
  }

  /** @param folder all of it, names included. Files that are gone when they are read are left out. */
  async folder(root: string, folder = root): Promise<void> {
    const entries = await readdir(folder, { withFileTypes: true }).catch(unlessGone);
    for (const entry of entries ?? []) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await this.folder(root, path);
      else if (entry.isFile()) await this.#file(root, path);
      this.#text(within(root, path), entry.name);
    }
  }

  text({ where, text }: ScannedText): void {
    this.#bytes += Buffer.byteLength(text);
    this.#text(where, text);
  }

  /** Whether something of this piece is another picture's too: asked only of pieces that were found. */
  get found(): readonly Fingerprint[] {
    return [...new Set(this.#hits.map(({ hit }) => hit.needle))];
  }

  /** A piece that another picture has as well. */
  share(needle: Fingerprint): void {
    this.#common.add(needle);
  }

  report(): ScanReport {
    for (const { where, hit } of this.#hits) this.#judge(where, hit);
    return {
      files: this.#files,
      bytes: this.#bytes,
      seconds: (performance.now() - this.#began) / 1000,
      needles: this.#needles.length,
      left: this.#left,
      allowed: this.#allowed,
      shared: this.#shared,
    };
  }

  async #file(root: string, path: string): Promise<void> {
    const where = within(root, path);
    const hits: Hit[] = [];
    const bytes = await this.#scanner.scanFile(path, (hit) => hits.push(hit), this.signal).catch(unlessGone);
    if (bytes === undefined) return;
    this.#files++;
    this.#bytes += bytes;
    if (hits.length === 0) return;
    const another = await this.#isAnother(path);
    for (const hit of hits) {
      if (another) this.#common.add(hit.needle);
      this.#add(where, hit);
    }
  }

  #text(where: string, text: string): void {
    for (const hit of this.#scanner.scan(Buffer.from(text, 'utf8'))) this.#add(where, hit);
  }

  #add(where: string, hit: Hit): void {
    if (this.#hits.length < listed) this.#hits.push({ where, hit });
  }

  #judge(where: string, { needle, offset }: Hit): void {
    const { kind, picture } = needle;
    const id = picture === undefined ? undefined : this.order.pictures[picture];
    const finding: Finding = {
      where,
      offset,
      kind,
      ...(id === undefined ? {} : { picture: id.slice(0, 12) }),
    };
    if (kind === 'picture id' && mayHaveIds(where)) this.#allowed.push(finding);
    else if (this.#common.has(needle)) this.#shared.push(finding);
    else this.#left.push(finding);
  }

  /** The file of a picture that was not forgotten: it is named after its bytes, and has them. */
  async #isAnother(path: string): Promise<boolean> {
    const name = /^([0-9a-f]{64})\.(\w+)$/.exec(basename(path));
    if (!name || this.#gone.has(name[1]!)) return false;
    if (name[2] === 'features') return true;
    const bytes = await readFile(path).catch(() => undefined);
    return bytes !== undefined && createHash('sha256').update(bytes).digest('hex') === name[1];
  }
}

/** Orders name what they are about; the chain keeps hashes only, and cannot lose one. */
function mayHaveIds(where: string): boolean {
  const path = where.split(sep).join('/');
  return /^(replaced-[^/]*\/)?(forget\/(order|done)-[^/]*|audit\/audit-\d{4}-\d\d\.jsonl)$/.test(path);
}

function within(root: string, path: string): string {
  return path.slice(root.length + 1);
}

function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
