/** What a run of the plan came to, kept beside the page as small JSON that anybody can check the page against. */
import { readFile } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { ChatReidError } from '../../foundation/error.ts';

const schema = z.object({
  id: z.string(),
  args: z.array(z.string()),
  /** ISO 8601. */
  date: z.string(),
  /** What it ran on, e.g. `2 cores, linux x64, Node.js 20.20`. */
  machine: z.string(),
  /** What the command printed with --json, less what only a chart needs and where things lay on the machine. */
  document: z.record(z.string(), z.unknown()),
});

export type StoredResult = z.infer<typeof schema>;

/** @returns undefined where there is none. @throws ChatReidError STORAGE_DAMAGED for a file that is none */
export async function readResult(folder: string, id: string): Promise<StoredResult | undefined> {
  const path = join(folder, `${id}.json`);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new ChatReidError(
      'OPTION_INVALID',
      `${path} is no result.`,
      `Remove the file and measure again: chatreid evaluate results --only ${id}`,
      error,
    );
  }
}

/** Many numbers for a curve, which a table does not show. */
const leftOut = new Set(['histogram', 'curve', 'fastReid', 'lookedFor']);
const keptRanks = 20;

/** Without charts and without the machine's paths, numbers to six digits: small, and the same wherever it was measured. */
export function publishable(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(6));
  if (typeof value === 'string') return isAbsolute(value) ? basename(value) : value;
  if (Array.isArray(value)) return value.map(publishable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      if (leftOut.has(key)) return [];
      const shown = key === 'cmc' && Array.isArray(inner) ? inner.slice(0, keptRanks) : inner;
      return [[key, publishable(shown)]];
    }),
  );
}

/** @param path see the plan's `value`. @returns undefined where nothing is there */
export function valueAt(document: unknown, path: string): unknown {
  if (path === '.') return document;
  let found: unknown = document;
  // A name may hold dots ("osnet-x0.25"), so the longest name that is there wins.
  let rest = path.split('.');
  while (rest.length > 0) {
    let taken = rest.length;
    let next: unknown;
    for (; taken > 0; taken--) {
      next = inside(found, rest.slice(0, taken).join('.'));
      if (next !== undefined) break;
    }
    if (taken === 0) return undefined;
    found = next;
    rest = rest.slice(taken);
  }
  return found;
}

function inside(value: unknown, key: string): unknown {
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    if (/^\d+$/.test(key)) return list[Number(key)];
    return list.find((one) => (one as { readonly name?: unknown } | null)?.name === key);
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}
