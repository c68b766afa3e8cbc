/** Files that people and bots sent, at addresses that are signed and expire, as Discord's CDN has them. */
import { createHmac, randomBytes } from 'node:crypto';
import sharp from 'sharp';
import type { Clock } from './clock.ts';
import { limits } from './limits.ts';

export interface SentFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What its sender's client says of it; of the ending of the name where it is not given. */
  readonly contentType?: string;
}

export interface Attachment {
  readonly id: string;
  readonly channel: string;
  readonly filename: string;
  readonly bytes: Uint8Array;
  readonly contentType?: string;
  readonly width?: number;
  readonly height?: number;
  readonly description?: string;
  readonly ephemeral: boolean;
}

const contentTypes: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  svg: 'image/svg+xml',
  pdf: 'application/pdf',
  txt: 'text/plain; charset=utf-8',
  html: 'text/html; charset=utf-8',
  mp4: 'video/mp4',
};

export class Attachments {
  readonly #key = randomBytes(16);
  readonly #byPath = new Map<string, Attachment>();
  /** Addresses that were asked for, with what was answered. */
  readonly requests: { readonly path: string; readonly status: number; readonly authorized: boolean }[] = [];

  constructor(
    private readonly clock: Clock,
    /** Of this server's CDN, without a slash at the end. */
    private readonly base: () => string,
  ) {}

  async keep(
    channel: string,
    file: SentFile,
    { ephemeral = false, description = '' } = {},
  ): Promise<Attachment> {
    const filename = safeName(file.name);
    const contentType = file.contentType ?? contentTypes[filename.split('.').pop()!.toLowerCase()];
    const size = await pictureSize(contentType, file.bytes);
    const attachment: Attachment = {
      id: this.clock.snowflake(),
      channel,
      filename,
      bytes: file.bytes,
      ephemeral,
      ...(contentType !== undefined && { contentType }),
      ...size,
      ...(description !== '' && { description }),
    };
    this.#byPath.set(pathOf(attachment), attachment);
    return attachment;
  }

  remove(attachment: Attachment): void {
    this.#byPath.delete(pathOf(attachment));
  }

  /** A fresh address. @param from milliseconds since 1970; addresses are good for a day */
  url(attachment: Attachment, from = this.clock.now()): string {
    const issued = Math.floor(from / 1000).toString(16);
    const expires = Math.floor((from + limits.attachmentUrl) / 1000).toString(16);
    const path = pathOf(attachment);
    return `${this.base()}${path}?ex=${expires}&is=${issued}&hm=${this.#sign(path, expires, issued)}&`;
  }

  /** As it stands in a message. */
  payload(attachment: Attachment): object {
    const url = this.url(attachment);
    const { id, filename, bytes, contentType, width, height, description, ephemeral } = attachment;
    return {
      id,
      filename,
      size: bytes.length,
      url,
      proxy_url: url,
      ...(contentType !== undefined && { content_type: contentType }),
      ...(width !== undefined && { width, height }),
      ...(description !== undefined && { description }),
      ...(ephemeral && { ephemeral: true }),
      content_scan_version: 0,
    };
  }

  /** What the CDN answers: 404 with a sentence for what is gone, expired or not signed. */
  fetch(address: URL, authorized: boolean): { status: number; bytes: Uint8Array; contentType: string } {
    const path = address.pathname;
    const found = this.#byPath.get(path);
    const ex = address.searchParams.get('ex') ?? '';
    const is = address.searchParams.get('is') ?? '';
    const signed = address.searchParams.get('hm') === this.#sign(path, ex, is);
    const good = found !== undefined && signed && Number.parseInt(ex, 16) * 1000 > this.clock.now();
    this.requests.push({ path, status: good ? 200 : 404, authorized });
    if (good)
      return {
        status: 200,
        bytes: found.bytes,
        contentType: found.contentType ?? 'application/octet-stream',
      };
    return {
      status: 404,
      bytes: Buffer.from('This content is no longer available.'),
      contentType: 'text/plain;charset=UTF-8',
    };
  }

  /** A fresh address for an old one; undefined where there is no such file. */
  refresh(url: string): string | undefined {
    const found = this.#byPath.get(new URL(url).pathname);
    return found && this.url(found);
  }

  #sign(path: string, expires: string, issued: string): string {
    return createHmac('sha256', this.#key).update(`${path} ${expires} ${issued}`).digest('hex');
  }
}

function pathOf({ ephemeral, channel, id, filename }: Attachment): string {
  return `/${ephemeral ? 'ephemeral-attachments' : 'attachments'}/${channel}/${id}/${filename}`;
}

/** Discord keeps letters, digits, dots, dashes and underscores of a name. */
function safeName(name: string): string {
  return name.replaceAll(' ', '_').replace(/[^\w.-]/g, '') || 'unknown';
}

async function pictureSize(
  contentType: string | undefined,
  bytes: Uint8Array,
): Promise<{ width: number; height: number } | undefined> {
  if (!contentType?.startsWith('image/')) return undefined;
  const { width, height } = await sharp(bytes)
    .metadata()
    .catch(() => ({ width: undefined, height: undefined }));
  // Discord takes a broken picture like any other file, without a size.
  return width === undefined || height === undefined ? undefined : { width, height };
}
