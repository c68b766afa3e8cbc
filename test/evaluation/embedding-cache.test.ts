/** What a run kept is there for the next one; what a kill or a power cut spoilt is not. */
import { randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddingCache } from '../../src/evaluation/embedding-cache.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatreid-cache-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const id = (): string => randomBytes(32).toString('hex');
const entry = (x: number): { id: string; vector: Float32Array } => ({
  id: id(),
  vector: Float32Array.of(Math.cos(x), Math.sin(x), 0),
});

async function keep(space: string, vectors: readonly { id: string; vector: Float32Array }[]): Promise<void> {
  const cache = new EmbeddingCache(folder, space, 3);
  await cache.append(vectors);
  await cache.close();
}

async function kept(space: string, ids: readonly string[], dimension = 3): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {};
  await new EmbeddingCache(folder, space, dimension).load(new Set(ids), (id, vector) => {
    found[id] = [...vector];
  });
  return found;
}

async function segment(space: string): Promise<string> {
  const [name] = await readdir(join(folder, space));
  return join(folder, space, name!);
}

describe('EmbeddingCache', () => {
  it('gives back, bit for bit and from several runs, what is wanted and nothing else', async () => {
    const [a, b, c] = [entry(1), entry(2), entry(3)];
    await keep('space', [a, b]);
    await keep('space', [c]);
    expect(await kept('space', [a.id, c.id, id()])).toEqual({
      [a.id]: [...a.vector],
      [c.id]: [...c.vector],
    });
  });

  it('is empty before anything is kept, and spaces do not mix', async () => {
    const a = entry(1);
    await keep('one', [a]);
    expect(await kept('other', [a.id])).toEqual({});
  });

  it('counts a record that a kill cut short as absent, and goes on beside it', async () => {
    const [a, b, c] = [entry(1), entry(2), entry(3)];
    await keep('space', [a, b]);
    await truncate(await segment('space'), 16 + 44 + 20);
    expect(Object.keys(await kept('space', [a.id, b.id]))).toEqual([a.id]);
    await keep('space', [b, c]);
    const all = [a, b, c].map((one) => one.id);
    expect(Object.keys(await kept('space', all)).sort()).toEqual(all.sort());
  });

  it('skips what is no unit vector and files that are not its own', async () => {
    const a = entry(1);
    const zeros = id();
    await keep('space', [a]);
    await appendFile(await segment('space'), Buffer.concat([Buffer.from(zeros, 'hex'), Buffer.alloc(12)]));
    await writeFile(join(folder, 'space', 'foreign.vectors'), randomBytes(500));
    await writeFile(join(folder, 'space', 'empty.vectors'), '');
    expect(Object.keys(await kept('space', [a.id, zeros]))).toEqual([a.id]);
    expect(await kept('space', [a.id], 4)).toEqual({});
  });

  it('takes any name of a space without leaving its folder', async () => {
    const a = entry(1);
    await keep('../../evil space', [a]);
    expect(Object.keys(await kept('../../evil space', [a.id]))).toEqual([a.id]);
    expect(await readdir(folder)).toHaveLength(1);
  });
});
