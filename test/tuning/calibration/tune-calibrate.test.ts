/** `chatreid tune calibrate` from pictures to chatreid.json, with an engine whose answers are known. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalModel, makers } from '../../../src/cli/composition.ts';
import { runCommandLine } from '../../../src/cli/program.ts';
import type { ModelFolder } from '../../../src/engine/model-folder.ts';
import { readFusion } from '../../../src/retrieval/fusion.ts';
import { saveFusion } from '../../../src/tuning/calibration/save-fusion.ts';
import { calibrationNumbers } from '../../support/calibration-numbers.ts';
import { FakeEncoder, FakeEngine } from '../../support/fake-engine.ts';

const people = 14;
let folder: string;
const at = (...names: string[]): string => join(folder, ...names);

const manifest = {
  format: 1,
  name: 'drawn',
  filter: {
    ...calibrationNumbers,
    dimension: 8,
    image: { file: 'onnx/filter_image.onnx', width: 8, height: 16 },
    text: { file: 'onnx/filter_text.onnx', tokenizer: 'filter_tokenizer.json', maxTokens: 6 },
  },
  language: { files: ['onnx/decoder_model_merged.onnx'] },
  checksums: { 'onnx/filter_image.onnx': 'sha256:0' },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatreid-calibrate-'));
  await mkdir(at('model'));
  const rows = ['path,person_id,camera_id,split,caption'];
  for (let person = 0; person < people; person++) {
    for (let camera = 0; camera < 3; camera++) {
      const name = `${person}-${camera}.png`;
      const background = { r: 15 * person, g: 80 * camera, b: 9 };
      await sharp({ create: { width: 8, height: 16, channels: 3, background } })
        .png()
        .toFile(at(name));
      rows.push(`${name},${person},${camera},train,person ${person} in camera ${camera}`);
    }
  }
  await writeFile(at('people.csv'), `${rows.join('\n')}\n`);
  const held = Array.from({ length: 12 }, (_, person) => `site/${person}`);
  await writeFile(at('held-out.txt'), `# not trained on\n${held.join('\n')}\n`);
  await writeFile(at('few.txt'), held.slice(0, 3).join('\n'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function calibrate(argv: readonly string[], hasLanguageModel = true) {
  await writeFile(at('model/chatreid.json'), JSON.stringify(manifest));
  const [encoder, engine] = [new FakeEncoder(), new FakeEngine()];
  const model: LocalModel = {
    describeEncoder: () => encoder.describeEncoder(),
    encodePictures: (pictures) => encoder.encodePictures(pictures),
    encodeTexts: (texts) => encoder.encodeTexts(texts),
    describe: () => engine.describe(),
    score: (...args) => engine.score(...args),
    generate: (...args) => engine.generate(...args),
    stats: () => engine.stats(),
    close: async () => {},
  };
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const told = Promise.all([text(stdout), text(stderr)]);
  const exitCode = await runCommandLine(
    ['tune', 'calibrate', '--data', `manifest:site=${at('people.csv')}`, '--model', at('model'), ...argv],
    {
      stdin: Readable.from([]),
      stdout,
      stderr,
      env: { NO_COLOR: '1', CHATREID_HOME: at('home') },
      signal: new AbortController().signal,
      makers: {
        ...makers,
        localModel: async () => model,
        modelFolder: async (path) =>
          ({ path, filter: manifest.filter, hasLanguageModel }) as unknown as ModelFolder,
      },
    },
  );
  stdout.end();
  stderr.end();
  const [out, error] = await told;
  return { exitCode, out, error };
}

const held = (): string[] => ['--people', at('held-out.txt'), '--shortlist', '4'];

test('measures the held-out people by picture, words and both, tells it, and keeps the rest of the file', async () => {
  const { exitCode, out, error } = await calibrate(held());
  expect(error).not.toMatch(/Error|cannot/);
  expect(exitCode).toBe(0);
  expect(out).toMatch(/12 people, 36 pictures/);
  for (const word of ['AUC', 'log loss', 'filter', 'language model', 'both']) expect(out).toContain(word);
  const saved = JSON.parse(await readFile(at('model/chatreid.json'), 'utf8')) as typeof manifest;
  const { language, ...rest } = saved;
  const { language: before, ...restBefore } = manifest;
  expect(rest).toEqual(restBefore);
  expect(language.files).toEqual(before.files);
  const fusion = await readFusion(at('model'));
  expect(Object.keys(fusion!).sort()).toEqual(['image', 'mixed', 'text']);
  for (const kind of [fusion!.image!, fusion!.text!, fusion!.mixed!]) {
    expect(kind.people).toBe(12);
    expect(kind.pairs).toBe(12 * 2 * 4);
    expect(kind.pair.filter).toBeGreaterThanOrEqual(0);
    expect(kind.pair.language).toBeGreaterThanOrEqual(0);
  }
  expect((await readdir(at('model'))).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('same seed, same numbers; a dry run writes nothing', async () => {
  const dry = [...held(), '--json', '--dry-run', '--queries-each', '1'];
  const first = JSON.parse((await calibrate(dry)).out) as { kinds: unknown };
  expect(await readFusion(at('model'))).toBeUndefined();
  const again = JSON.parse((await calibrate(dry)).out) as { kinds: unknown };
  expect(again.kinds).toEqual(first.kinds);
  const other = JSON.parse((await calibrate([...dry, '--seed', '2'])).out) as {
    kinds: unknown;
  };
  expect(other.kinds).not.toEqual(first.kinds);
});

test('too few people, and no language model, are said with what to do', async () => {
  const few = await calibrate(['--people', at('few.txt')]);
  expect(few.exitCode).toBe(2);
  expect(few.error).toMatch(/too few/);
  const none = await calibrate(held(), false);
  expect(none.exitCode).toBe(1);
  expect(none.error).toMatch(/no language model/i);
});

test('only what was measured changes, a damaged file is left, and weights of others get a file of their own', async () => {
  const kind = {
    pair: { filter: 1, language: 1, bias: 0 },
    choice: { filter: 1, language: 1 },
    pairs: 9,
    people: 9,
  };
  const own = at('others');
  await mkdir(own);
  await saveFusion(own, { image: kind });
  await saveFusion(own, { text: { ...kind, people: 8 } });
  expect(await readFusion(own)).toEqual({ image: kind, text: { ...kind, people: 8 } });
  await writeFile(join(own, 'chatreid.json'), '{"half": ');
  await expect(saveFusion(own, { image: kind })).rejects.toMatchObject({ code: 'MODEL_DAMAGED' });
  expect(await readFile(join(own, 'chatreid.json'), 'utf8')).toBe('{"half": ');
});
