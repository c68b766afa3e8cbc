/** The data of the three stages, made of a small site of drawn people. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Encoder } from '../../src/engine/encoder.ts';
import { parseComparisonReply } from '../../src/foundation/person-attributes.ts';
import { makeTuningData, type TuningOptions } from '../../src/tuning/tuning-data.ts';
import type { Stage, Task, TuningRecord } from '../../src/tuning/tuning-record.ts';
import { type TestSite, testSite } from './test-people.ts';

let site: TestSite;
let runs = 0;
beforeAll(async () => {
  site = await testSite();
});
afterAll(() => site.remove());

async function make(stage: Stage, changed: Partial<TuningOptions> = {}) {
  const out = join(site.folder, `out-${runs++}`);
  const report = await makeTuningData({
    stage,
    seed: 1,
    out,
    sources: [site.source],
    captionFiles: [],
    allowPartial: false,
    count: stage === 1 ? undefined : 400,
    shares: {},
    together: 4,
    dialogueShare: 0.2,
    turns: 3,
    captionsEach: 3,
    gallery: [2, 5],
    positiveShare: 0.5,
    canonicalShare: 0.5,
    hardShare: 0,
    copyPictures: false,
    ...changed,
  });
  const text = await readFile(join(out, 'train.jsonl'), 'utf8');
  const records = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as TuningRecord);
  return { out, report, text, records };
}

const personOf = (path: string): string => /(\d{4})_c/.exec(path)![1]!;
const topOf = async () =>
  JSON.parse(await readFile(site.attributes, 'utf8')) as Record<string, Record<string, string>>;
const of = (records: readonly TuningRecord[], task: Task) => records.filter((record) => record.task === task);

describe('tuning data', () => {
  it('has as many marks as pictures, roles in turn, and unique ids, in every stage', async () => {
    for (const stage of [1, 2, 3] as const) {
      const { records, report } = await make(stage);
      expect(records).toHaveLength(report.records);
      expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
      for (const { messages, images } of records) {
        const marks = messages.map(({ content }) => content.split('<image>').length - 1);
        expect(marks.reduce((sum, one) => sum + one, 0)).toBe(images.length);
        expect(messages.map(({ role }) => role)).toEqual(
          messages.map((_, at) => (at % 2 ? 'assistant' : 'user')),
        );
        for (const { content } of messages) expect(content).not.toMatch(/\{\{|undefined/);
      }
    }
  });

  it('is the same bytes from the same seed, and others from another', async () => {
    for (const stage of [1, 2, 3] as const) {
      const [one, again, other] = [await make(stage), await make(stage), await make(stage, { seed: 2 })];
      expect(again.text).toBe(one.text);
      expect(again.report).toEqual(one.report);
      expect(other.text).not.toBe(one.text);
    }
  });

  it('answers about pairs as the people are, half of them yes', async () => {
    const { records, report } = await make(2, { dialogueShare: 0, shares: { 'image-one-to-one': 1 } });
    for (const { images, messages } of records) {
      const same = personOf(images[0]!) === personOf(images[1]!);
      expect(messages[1]!.content).toBe(same ? 'Yes' : 'No');
      expect(images[0]).not.toBe(images[1]);
    }
    const { yes, no } = report.tasks['image-one-to-one']!;
    expect(Math.abs(yes - no)).toBeLessThan(80);
  });

  it('lets pairs about one candidate stand together', async () => {
    const { records } = await make(2, {
      dialogueShare: 0,
      canonicalShare: 1,
      shares: { 'image-one-to-one': 1 },
    });
    for (let first = 0; first < records.length; first += 4) {
      expect(new Set(records.slice(first, first + 4).map(({ images }) => images[0])).size).toBe(1);
    }
  });

  it('prefers the other camera for a pair of one person', async () => {
    const { records } = await make(2, { dialogueShare: 0, shares: { 'image-one-to-one': 1 } });
    const camera = (path: string) => /_(c\d)_/.exec(path)![1];
    const pairs = records.filter(({ messages }) => messages[1]!.content === 'Yes');
    const across = pairs.filter(({ images }) => camera(images[0]!) !== camera(images[1]!));
    expect(across.length / pairs.length).toBeGreaterThan(0.7);
  });

  it('selects exactly the pictures of the query’s person, every count about equally often', async () => {
    const { records, report } = await make(2, {
      dialogueShare: 0,
      canonicalShare: 1,
      count: 900,
      gallery: [3, 3],
      shares: { 'image-many-to-many': 1 },
    });
    for (const { images, messages } of records) {
      const query = personOf(images.at(-1)!);
      const right = images.slice(0, -1).flatMap((path, at) => (personOf(path) === query ? ['ABC'[at]!] : []));
      expect(messages[1]!.content).toBe(right.join(', '));
    }
    expect(Object.keys(report.answerCounts)).toEqual(['1', '2', '3']);
    for (const count of Object.values(report.answerCounts)) expect(Math.abs(count - 300)).toBeLessThan(75);
  });

  it('draws every gallery size about equally often', async () => {
    const { report } = await make(3, { dialogueShare: 0, count: 800, shares: { 'best-choice': 1 } });
    expect(Object.keys(report.gallerySizes)).toEqual(['2', '3', '4', '5']);
    for (const count of Object.values(report.gallerySizes)) expect(Math.abs(count - 200)).toBeLessThan(60);
  });

  it('asks as inference does where the wording is canonical', async () => {
    const { records, report } = await make(3, { canonicalShare: 1, dialogueShare: 0 });
    for (const task of Object.values(report.tasks)) expect(task.canonical).toBe(task.questions);
    const [choice] = of(records, 'best-choice');
    const letters = choice!.images.slice(0, -1).map((_, at) => `${'ABCDE'[at]}: <image>`);
    expect(choice!.messages[0]!.content).toBe(
      `Which candidate is the same person as the query? Answer with its letter.\nCandidates:\n${letters.join('\n')}\nQuery: <image>`,
    );
  });

  it('chooses the one picture that is right, and goes on without it in a dialogue', async () => {
    const { records } = await make(3, {
      canonicalShare: 1,
      dialogueShare: 0.5,
      shares: { 'best-choice': 1 },
    });
    let dialogues = 0;
    for (const { images, messages } of records) {
      const query = personOf(images.at(-1)!);
      const replies = messages.filter(({ role }) => role === 'assistant').map(({ content }) => content);
      expect(new Set(replies).size).toBe(replies.length);
      for (const reply of replies) expect(personOf(images['ABCDE'.indexOf(reply)]!)).toBe(query);
      if (replies.length === 1) continue;
      dialogues++;
      expect(images.slice(0, -1).filter((path) => personOf(path) === query)).toHaveLength(replies.length);
      expect(messages[2]!.content).toBe(
        `Without ${replies[0]}: which of the others is the same person? Answer with its letter.`,
      );
    }
    expect(dialogues).toBeGreaterThan(100);
  });

  it('chooses by words only where the words fit nobody else in the gallery', async () => {
    const { records } = await make(3, {
      canonicalShare: 1,
      dialogueShare: 0,
      shares: { 'attribute-retrieval': 1 },
    });
    const attributes = await topOf();
    const colours = ['red', 'green', 'blue', 'white', 'black', 'yellow'];
    for (const { images, messages } of records) {
      const words = /"(.*)"/s.exec(messages[0]!.content)![1]!;
      const colour = new RegExp(
        `\\b(${colours.join('|')}) (?:top|shirt|upper|t-shirt|tee|short-sleeved)`,
      ).exec(words)?.[1];
      if (colour === undefined) continue;
      const tops = images.map((path) => attributes[personOf(path)]!.top);
      const reply = messages[1]!.content;
      if (reply === 'Yes') expect(tops[0]).toBe(colour);
      else if (reply !== 'No') expect(tops['ABCDE'.indexOf(reply)]).toBe(colour);
    }
  });

  it('compares the attributes of the two people who are shown', async () => {
    const { records } = await make(2, { dialogueShare: 0, shares: { 'attribute-comparison': 1 } });
    const attributes = await topOf();
    for (const { images, messages } of records) {
      const [first, second] = images.map((path) => attributes[personOf(path)]!);
      const told = parseComparisonReply(messages[1]!.content);
      expect(told.common.top ?? told.first.top).toBe(first!.top);
      expect(told.common.top ?? told.second.top).toBe(second!.top);
      expect(told.common.top === undefined).toBe(first!.top !== second!.top);
    }
  });

  it('takes the others from what the filter confuses, as often as is asked', async () => {
    // By this filter everybody looks like the next person.
    const encoder = ringEncoder();
    const mining = { encoder, cacheFolder: join(site.folder, 'cache') };
    const rivals = async (hardShare: number) => {
      const { records } = await make(2, {
        hardShare,
        mining,
        dialogueShare: 0,
        shares: { 'image-one-to-one': 1 },
      });
      const pairs = records.filter(({ messages }) => messages[1]!.content === 'No');
      return (
        pairs.filter(({ images }) => images[0]!.slice(-9, -4) === images[1]!.slice(-9, -4)).length /
        pairs.length
      );
    };
    expect(await rivals(0)).toBeLessThan(0.45);
    const { report } = await make(2, { hardShare: 1, mining });
    expect(report.hardShare).toBe(1);
    expect(encoder.asked).toBe(48);
  });
});

describe('who is trained on', () => {
  it('is nobody who is held out', async () => {
    const list = join(site.folder, 'held-out.txt');
    await writeFile(list, '# validation\nsite/0001\nsite/2\n\n');
    const { records, report } = await make(2, { excludeFile: list });
    const people = new Set(records.flatMap(({ images }) => images.map(personOf)));
    expect(people.has('0001') || people.has('0002')).toBe(false);
    expect(people.size).toBe(10);
    expect(report.people).toMatchObject({ excludedPeople: 2, excludedPictures: 8, people: 10 });
  });

  it('is refused when the list of held-out people names nobody of the data', async () => {
    const list = join(site.folder, 'wrong.txt');
    await writeFile(list, 'market1501/0001\n');
    await expect(make(2, { excludeFile: list })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await writeFile(list, 'somebody\n');
    await expect(make(2, { excludeFile: list })).rejects.toThrow(/line 1 names nobody/);
  });

  it('a caption file describes pictures of people who are there, and brings in nobody else', async () => {
    const file = join(site.folder, 'captions.json');
    const list = join(site.folder, 'held-out-2.txt');
    await writeFile(list, 'site/0004\n');
    await writeFile(
      file,
      JSON.stringify([
        { file_path: 'cam/0005_c1_1.png', captions: ['A tall person <image> with <|im_end|> a kite.'] },
        { file_path: 'cam/0004_c1_1.png', captions: 'The one who is held out.' },
        { file_path: 'cam/9999_c1_1.png', captions: 'Nobody of ours.' },
        { file_path: 'Market/0001_c1s1_000001_00.jpg', captions: 'Of another data set.' },
      ]),
    );
    const { text, report } = await make(1, { captionFiles: [file], excludeFile: list, captionsEach: 20 });
    expect(report.people).toMatchObject({ captionsOfPictures: 1, captionsOfOthers: 3 });
    expect(text).toContain('A tall person < image> with < |im_end|> a kite.');
    expect(text).not.toMatch(/held out|Nobody of ours|another data set|0004_c/);
  });

  it('drops pictures that are small, blurred, of another shape or of unknown clothes, and counts them', async () => {
    const quality = { minWidth: 24, minHeight: 48, minAspect: 1, maxAspect: 6, minSharpness: 0 };
    expect((await make(1, { quality })).report.quality).toEqual({ good: 48, clothesUnknown: 0 });
    const none = { ...site.source, attributes: undefined };
    const few = await make(1, { sources: [none] });
    // Every third person has a caption, on one picture.
    expect(few.report.quality).toEqual({ clothesUnknown: 44 });
    await expect(make(1, { quality: { ...quality, minHeight: 65 } })).rejects.toThrow(/no task of stage 1/);
    await expect(make(1, { quality: { ...quality, maxAspect: 1.5 } })).rejects.toThrow(/no task of stage 1/);
    await expect(make(1, { quality: { ...quality, minSharpness: 1e9 } })).rejects.toThrow(
      /no task of stage 1/,
    );
  });
});

describe('the folder', () => {
  it('is whole or not there: a failed run leaves nothing, and what a killed one left is removed', async () => {
    const out = join(site.folder, 'whole');
    await mkdir(join(site.folder, '.whole.part-killed'));
    await expect(make(2, { out, shares: { 'text-one-to-one': 0.9, caption: 0.3 } })).rejects.toThrow(
      /add up/,
    );
    const left = (await readdir(site.folder)).filter((name) => name.includes('whole'));
    expect(left).toEqual([]);
  });

  it('is not overwritten', async () => {
    const { out } = await make(2, { count: 20 });
    await expect(make(2, { out })).rejects.toThrow(/is not empty/);
    expect((await readdir(out)).sort()).toEqual(['dataset_info.json', 'stats.json', 'train.jsonl']);
  });

  it('takes the pictures with it where asked, under names of their own', async () => {
    const { out, records } = await make(2, { count: 30, copyPictures: true });
    const names = new Set(records.flatMap(({ images }) => images));
    for (const name of names) expect(name).toMatch(/^pictures\/[0-9a-f]{16}\.png$/);
    expect(new Set(await readdir(join(out, 'pictures')))).toEqual(
      new Set([...names].map((name) => name.slice(9))),
    );
  });

  it('stops when it is told to, and leaves nothing', async () => {
    const out = join(site.folder, 'stopped');
    await expect(make(2, { out, signal: AbortSignal.abort() })).rejects.toThrow();
    expect((await readdir(site.folder)).filter((name) => name.includes('stopped'))).toEqual([]);
  });
});

/** Every picture points where its number among the person's pictures says: the same for all people. */
function ringEncoder(): Encoder & { asked: number } {
  return {
    asked: 0,
    describeEncoder: async () => ({ name: 'ring', space: 'ring', dimension: 2, text: false, device: 'cpu' }),
    async encodePictures(pictures) {
      this.asked += pictures.length;
      return pictures.map((_, at) => {
        const angle = (at % 4) * (Math.PI / 2);
        return new Float32Array([Math.cos(angle), Math.sin(angle)]);
      });
    },
    encodeTexts: async () => [],
  };
}
