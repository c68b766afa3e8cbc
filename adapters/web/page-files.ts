/** The files of the page, read once: what is not in the folder cannot be asked for. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Context } from 'hono';
import { packageRoot } from '../../src/foundation/package-root.ts';

interface PageFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly tag: string;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export class PageFiles {
  readonly #files: ReadonlyMap<string, PageFile>;

  constructor(folder = join(packageRoot(), 'adapters', 'web', 'page')) {
    const names = readdirSync(folder).filter((name) => types[extname(name)] !== undefined);
    this.#files = new Map(names.map((name) => [name, pageFile(folder, name)]));
  }

  answer(context: Context, name: string): Response | undefined {
    const file = this.#files.get(name);
    if (file === undefined) return undefined;
    context.header('etag', file.tag);
    context.header('cache-control', 'no-cache');
    if (context.req.header('if-none-match') === file.tag) return context.body(null, 304);
    context.header('content-type', file.type);
    return context.body(file.bytes);
  }
}

function pageFile(folder: string, name: string): PageFile {
  const bytes = new Uint8Array(readFileSync(join(folder, name)));
  const tag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 24)}"`;
  return { bytes, type: types[extname(name)]!, tag };
}
