/** EngineProcess under load: who waits for whom, what crosses, and a caller that stays awake. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EngineProcess } from '../../../src/engine/process/engine-process.ts';
import { type Picture, pictureFromBytes } from '../../../src/foundation/picture.ts';
import { FakeEncoder, FakeEngine } from '../../support/fake-engine.ts';
import { callsOf, faultHostUrl, planFaults } from '../../support/fault-host.ts';
import { ask, testPicture } from '../../support/prompts.ts';

const prompt = ask('Is it the same person?');
const answers = ['Yes', 'No'];
let folder: string;
let engine: EngineProcess;
let pictures: Picture[];

beforeAll(async () => {
  pictures = await Promise.all(Array.from({ length: 12 }, (_, i) => testPicture(i)));
  folder = mkdtempSync(join(tmpdir(), 'chatreid-order-'));
  engine = new EngineProcess({ model: folder, module: faultHostUrl, slice: 2, cancelGraceMs: 50 });
});
beforeEach(async () => {
  await Promise.all([engine.score([prompt], answers), engine.encodeTexts(['cap'])]);
  rmSync(join(folder, 'calls.log'), { force: true });
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const named = (version: string) => ({ ...prompt, version });

describe('the order of work', () => {
  it('lets a question pass an import', async () => {
    planFaults(folder, [{ on: 'encode', act: 'nap', ms: 100 }]);
    const importing = engine.encodePictures(pictures);
    await until(() => callsOf(folder).some((call) => call.startsWith('encode')));
    await engine.score([prompt], answers);
    const before = callsOf(folder).filter((call) => call.startsWith('encode')).length;
    // Two slices were with the child already; the other four wait.
    expect(before).toBeLessThanOrEqual(3);
    expect(await importing).toHaveLength(12);
    expect(callsOf(folder).filter((call) => call === 'encode 2')).toHaveLength(6);
  });

  it('lets callers take turns', async () => {
    planFaults(folder, [{ on: 'score', act: 'nap', ms: 100 }]);
    const long = engine.score(
      Array.from({ length: 12 }, () => named('long')),
      answers,
    );
    const short = engine.score([named('short'), named('short')], answers);
    await short;
    expect(callsOf(folder).filter((call) => call === 'score 2 long').length).toBeLessThanOrEqual(2);
    expect(await long).toHaveLength(12);
  });

  it('keeps an import going under a load of questions', async () => {
    let asking = true;
    const questions = (async () => {
      let asked = 0;
      while (asking) {
        await Promise.all(Array.from({ length: 4 }, () => engine.score([prompt], answers)));
        asked += 4;
      }
      return asked;
    })();
    expect(await engine.encodePictures(pictures)).toHaveLength(12);
    asking = false;
    expect(await questions).toBeGreaterThan(0);
  });

  it('answers many at one time, each with its own', async () => {
    const prompts = Array.from({ length: 30 }, (_, i) => ask(`Question ${i}`));
    const together = await Promise.all(prompts.map((one) => engine.score([one], answers)));
    expect(together.flat()).toEqual(await new FakeEngine().score(prompts, answers));
  });
});

describe('what crosses to the child', () => {
  it('comes back as the encoder in this process gives it, a bad picture in its place', async () => {
    const mixed = [pictures[0]!, pictureFromBytes(new Uint8Array()), pictures[1]!];
    const vectors = await engine.encodePictures(mixed);
    const expected = await new FakeEncoder().encodePictures(mixed);
    expect(vectors[0]).toEqual(expected[0]);
    expect(vectors[0]).toBeInstanceOf(Float32Array);
    expect(vectors[1]).toMatchObject({ name: 'ChatReidError', code: 'PICTURE_EMPTY' });
    expect(vectors[2]).toEqual(expected[2]);
    expect(await engine.encodeTexts(['cap', 'bag'])).toEqual(
      await new FakeEncoder().encodeTexts(['cap', 'bag']),
    );
  });

  it('may be a picture of many megabytes, twice in one prompt', async () => {
    const large = await largePicture();
    if (!('bytes' in large)) throw new Error('bytes wanted');
    expect(large.bytes.length).toBeGreaterThan(3 * 1024 * 1024);
    const big = ask(large, large, pictures[0]!, 'Same?');
    expect(await engine.score([big, prompt], answers)).toEqual(
      await new FakeEngine().score([big, prompt], answers),
    );
    const abort = new AbortController();
    const work = engine.score([big], answers, { signal: abort.signal });
    setImmediate(() => setImmediate(() => abort.abort()));
    await expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await engine.score([prompt], answers)).toHaveLength(1);
  });

  it('must be plain data: anything else is an error of its own', async () => {
    const odd = { ...prompt, version: (() => 'test@1') as unknown as string };
    await expect(engine.score([odd], answers)).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(await engine.score([prompt], answers)).toHaveLength(1);
  });

  it('does not hold up the caller while it works', async () => {
    planFaults(folder, [{ on: 'score', act: 'hang' }]);
    const abort = new AbortController();
    const work = engine.score([prompt], answers, { signal: abort.signal });
    const ended = expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
    await until(() => callsOf(folder).some((call) => call.startsWith('score')));
    // The child's thread stands still for ever; with the model in this process no timer would fire again.
    for (let beats = 0; beats < 20; beats++) await new Promise((resolve) => setTimeout(resolve, 1));
    abort.abort();
    await ended;
  });
});

/** Noise does not compress: 1200 x 1000 of it is 3.6 MB of PNG. */
async function largePicture(): Promise<Picture> {
  const { default: sharp } = await import('sharp');
  const noise = Buffer.alloc(1200 * 1000 * 3);
  let state = 1;
  for (let i = 0; i < noise.length; i++) {
    state = (state * 1103515245 + 12345) % 2147483648;
    noise[i] = state >>> 16;
  }
  const raw = { width: 1200, height: 1000, channels: 3 } as const;
  return pictureFromBytes(await sharp(noise, { raw }).png({ compressionLevel: 0 }).toBuffer());
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
