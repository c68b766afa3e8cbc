/** Files of the workspace: uploaded by people or by the app, shared into messages, deleted. */
import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import type { Clock } from './clock.ts';
import { type JsonObject, plain } from './json.ts';
import { Refusal } from './refusal.ts';
import { team } from './workspace.ts';

export interface StoredFile {
  readonly id: string;
  readonly name: string;
  title: string;
  readonly user: string;
  readonly created: number;
  readonly declaredLength: number;
  readonly altText: string;
  /** Undefined until they arrive. */
  bytes?: Buffer;
  /** Whether the upload was completed: before that nobody sees it. */
  completed: boolean;
  deleted: boolean;
  /** Of another company: an event names it by its id alone, and files.info tells the rest. */
  readonly connect: boolean;
  /** Kept elsewhere: its address is of that place. */
  readonly externalUrl?: string;
  /** When Slack has looked at it (performance.now()): before, it has no type and blocks may not show it. */
  readyAt: number;
  readonly shares: { readonly channel: string; readonly ts: string; readonly threadTs?: string }[];
}

const types: Readonly<Record<string, readonly [mimetype: string, filetype: string, pretty: string]>> = {
  '.png': ['image/png', 'png', 'PNG'],
  '.jpg': ['image/jpeg', 'jpg', 'JPEG'],
  '.jpeg': ['image/jpeg', 'jpg', 'JPEG'],
  '.gif': ['image/gif', 'gif', 'GIF'],
  '.webp': ['image/webp', 'webp', 'WebP'],
  '.heic': ['image/heic', 'heic', 'HEIC'],
  '.svg': ['image/svg+xml', 'svg', 'SVG'],
  '.pdf': ['application/pdf', 'pdf', 'PDF'],
  '.txt': ['text/plain', 'text', 'Plain Text'],
  '.csv': ['text/csv', 'csv', 'CSV'],
  '.mp4': ['video/mp4', 'mp4', 'MPEG 4 Video'],
};

/** Pictures that an image block may show. */
const shown = new Set(['png', 'jpg', 'gif']);

export class FileStore {
  readonly #files = new Map<string, StoredFile>();

  constructor(
    private readonly clock: Clock,
    private readonly origin: () => string,
  ) {}

  all(): readonly StoredFile[] {
    return [...this.#files.values()];
  }

  find(id: string): StoredFile | undefined {
    return this.#files.get(id);
  }

  /** @throws Refusal file_not_found, file_deleted */
  file(id: string): StoredFile {
    const found = this.#files.get(id);
    if (found === undefined || !found.completed) throw new Refusal('file_not_found');
    if (found.deleted) throw new Refusal('file_deleted');
    return found;
  }

  add(file: Pick<StoredFile, 'name' | 'user'> & Partial<StoredFile>): StoredFile {
    const added: StoredFile = {
      id: this.clock.id('F'),
      title: file.name,
      created: this.clock.seconds(),
      declaredLength: file.bytes?.length ?? 0,
      altText: '',
      completed: false,
      deleted: false,
      connect: false,
      readyAt: 0,
      shares: [],
      ...file,
    };
    this.#files.set(added.id, added);
    return added;
  }

  /** Whether blocks may show it. */
  shows({ id, url }: { readonly id?: string; readonly url?: string }): boolean {
    const file =
      id === undefined ? this.all().find((one) => this.urls(one).url_private === url) : this.#files.get(id);
    return file?.completed === true && !file.deleted && ready(file) && shown.has(typeOf(file.name)[1]);
  }

  urls({ id, name, externalUrl }: StoredFile) {
    const slug = encodeURIComponent(name.toLowerCase().replaceAll(' ', '_'));
    const place = `${this.origin()}files-pri/${team.id}-${id}`;
    return {
      url_private: externalUrl ?? `${place}/${slug}`,
      url_private_download: externalUrl ?? `${place}/download/${slug}`,
      permalink: `${this.origin()}files/U0ANNA/${id}/${slug}`,
    };
  }

  /** As events and files.info show it. */
  json(file: StoredFile): JsonObject {
    if (file.deleted) return { id: file.id, mode: 'tombstone' };
    const [mimetype, filetype, pretty] = ready(file) ? typeOf(file.name) : ['', '', ''];
    const external = file.externalUrl !== undefined;
    return plain({
      id: file.id,
      created: file.created,
      timestamp: file.created,
      name: file.name,
      title: file.title,
      mimetype,
      filetype,
      pretty_type: pretty,
      user: file.user,
      user_team: team.id,
      editable: false,
      size: file.bytes?.length ?? file.declaredLength,
      mode: external ? 'external' : 'hosted',
      is_external: external,
      external_type: external ? 'gdrive' : '',
      is_public: false,
      public_url_shared: false,
      display_as_bot: false,
      username: '',
      ...this.urls(file),
      alt_txt: file.altText === '' ? undefined : file.altText,
      has_rich_preview: false,
      file_access: 'visible',
      shares: sharesJson(file),
    });
  }

  /** As an event of a message shows it: one of another company is a stub. */
  inEvent(id: string): JsonObject {
    const file = this.#files.get(id);
    if (file === undefined) return { id, mode: 'tombstone' };
    if (!file.connect || file.deleted) return this.json(file);
    return { id, created: 0, timestamp: 0, mode: 'file_access', file_access: 'check_file_info', user: '' };
  }

  hash(id: string): string {
    return createHash('sha256')
      .update(this.#files.get(id)?.bytes ?? '')
      .digest('hex');
  }
}

function sharesJson(file: StoredFile): JsonObject {
  const shares: { public: Record<string, JsonObject[]>; private: Record<string, JsonObject[]> } = {
    public: {},
    private: {},
  };
  for (const { channel, ts, threadTs } of file.shares) {
    const kind = channel.startsWith('C') ? shares.public : shares.private;
    kind[channel] = [
      ...(kind[channel] ?? []),
      plain({ ts, thread_ts: threadTs, reply_count: 0, reply_users: [] }),
    ];
  }
  return plain({
    ...(Object.keys(shares.public).length > 0 ? { public: shares.public } : {}),
    ...(Object.keys(shares.private).length > 0 ? { private: shares.private } : {}),
  });
}

function ready({ readyAt }: StoredFile): boolean {
  return performance.now() >= readyAt;
}

function typeOf(name: string): readonly [string, string, string] {
  return types[extname(name).toLowerCase()] ?? ['application/octet-stream', 'binary', 'Binary'];
}
