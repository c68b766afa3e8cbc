/** Training-only sets with captions: UFineBench, SYNTH-PEDES and Flickr30k by their public layouts. */
import { appendFileSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flickr30k } from '../../../src/evaluation/datasets/flickr30k.ts';
import { synthPedes } from '../../../src/evaluation/datasets/synth-pedes.ts';
import { ufineBench } from '../../../src/evaluation/datasets/ufinebench.ts';
import { trainingContract } from './benchmark-contract.ts';

function pictures(folder: string, ...paths: readonly string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), '');
  }
}

const fine = [
  { split: 'train', id: 2, file_path: 'images/3.jpg', captions: ['A woman in white.', 'White coat.'] },
  { split: 'train', id: 1, file_path: 'images/1.jpg', captions: ['A man in red.', 'Red coat.'] },
  { split: 'test', id: 9, file_path: 'images/2.jpg', captions: ['Who is asked for.', 'Held out.'] },
];
function layOutFine(folder: string, name: string, records: unknown = fine): void {
  pictures(folder, 'images/1.jpg', 'images/3.jpg');
  writeFileSync(join(folder, name), JSON.stringify(records));
}

trainingContract(ufineBench, {
  layOut: async (folder) => {
    layOutFine(folder, 'annotations.json');
    return { rows: 2 };
  },
  spoil: async (folder) => {
    layOutFine(folder, 'annotations.json', [...fine, { ...fine[0], file_path: 'images/4.jpg', id: '' }]);
    return 'annotations.json record 4: it has no id';
  },
});

const synthetic = [
  {
    id: 7,
    file_path: 'Part11/7/1.jpg',
    attributes: ['man,black hair'],
    captions: ['A man.', 'The man.'],
    prompt_caption: ['A man with black hair.'],
  },
  {
    id: 7,
    file_path: 'Part1/7/2.jpg',
    attributes: ['man'],
    captions: ['He walks.'],
    prompt_caption: ['A man.'],
  },
];
function layOutSynthetic(folder: string, records: readonly unknown[] = synthetic): void {
  pictures(folder, 'Part11/7/1.jpg', 'Part1/7/2.jpg');
  writeFileSync(join(folder, 'synthpedes_dataset.json'), JSON.stringify(records, undefined, 4));
}

trainingContract(synthPedes, {
  layOut: async (folder) => {
    layOutSynthetic(folder);
    return { rows: 2 };
  },
  spoil: async (folder) => {
    layOutSynthetic(folder, [...synthetic, synthetic[0]]);
    return 'synthpedes_dataset.json record 3: Part11/7/1.jpg is there a second time';
  },
});

const described = [
  'image_name| comment_number| comment',
  '20.jpg| 0| Two dogs play .',
  '20.jpg| 2| A "third" one | with a bar .',
  '20.jpg| 1|  Dogs run .',
  '',
  '10.jpg| 4   A dog runs across the grass .',
];
function layOutDescribed(folder: string): void {
  pictures(folder, 'flickr30k_images/10.jpg', 'flickr30k_images/20.jpg');
  writeFileSync(join(folder, 'results.csv'), `${described.join('\r\n')}\r\n`);
}

trainingContract(flickr30k, {
  layOut: async (folder) => {
    layOutDescribed(folder);
    return { rows: 2 };
  },
  spoil: async (folder) => {
    appendFileSync(join(folder, 'results.csv'), '20.jpg| 0| Again .\n');
    return 'results.csv line 7: caption 0 of 20.jpg is there a second time';
  },
});

describe('training sets with captions', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chatreid-captions-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const partial = { allowPartial: true };

  it('trains on the training split of UFine6926, and counts the whole file', async () => {
    layOutFine(join(folder, 'UFine6926'), 'anything.json');
    const { rows, differences } = await ufineBench.readTraining(folder, partial);
    expect(rows.map(({ personId, source, captions }) => [personId, source, captions])).toEqual([
      ['1', 'images/1.jpg', ['A man in red.', 'Red coat.']],
      ['2', 'images/3.jpg', ['A woman in white.', 'White coat.']],
    ]);
    expect(differences).toEqual([
      '3 pictures in all splits instead of 26206',
      '6 captions in all splits instead of 52412',
      '3 persons in all splits instead of 6926',
    ]);
  });

  it('takes the JSON file of UFine6926 where there are several, and asks where it cannot tell', async () => {
    layOutFine(folder, 'UFine6926_annotations.json');
    layOutFine(folder, 'other.json', []);
    expect((await ufineBench.readTraining(folder, partial)).rows).toHaveLength(2);
    await rm(join(folder, 'UFine6926_annotations.json'));
    layOutFine(folder, 'another.json', []);
    await expect(ufineBench.readTraining(folder, partial)).rejects.toMatchObject({
      code: 'DATASET_INVALID',
      message: expect.stringContaining('more than one JSON file (another.json, other.json)'),
    });
  });

  it('takes the captions of SYNTH-PEDES, not the sentence made of a template', async () => {
    layOutSynthetic(join(folder, 'SYNTH-PEDES'));
    const { rows, differences } = await synthPedes.readTraining(folder, partial);
    expect(rows.map(({ source, captions }) => [source, captions])).toEqual([
      ['Part1/7/2.jpg', ['He walks.']],
      ['Part11/7/1.jpg', ['A man.', 'The man.']],
    ]);
    expect(differences).toContain('3 captions instead of 12138157');
  });

  it('says beforehand that SYNTH-PEDES would not fit into memory', async () => {
    layOutSynthetic(folder);
    truncateSync(join(folder, 'synthpedes_dataset.json'), 2 ** 36);
    await expect(synthPedes.readTraining(folder, partial)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      next: expect.stringMatching(/--max-old-space-size=\d+/),
    });
  });

  it('names the record of a picture that is not there, in every set', async () => {
    layOutFine(join(folder, 'a'), 'annotations.json');
    await rm(join(folder, 'a/images/1.jpg'));
    layOutSynthetic(join(folder, 'b'));
    await rm(join(folder, 'b/Part1'), { recursive: true });
    layOutDescribed(join(folder, 'c'));
    await rm(join(folder, 'c/flickr30k_images/20.jpg'));
    for (const [set, name, wrong, left] of [
      [ufineBench, 'a', 'annotations.json record 2: there is no picture at images/1.jpg.', 'images/1.jpg'],
      [
        synthPedes,
        'b',
        'synthpedes_dataset.json record 2: there is no picture at Part1/7/2.jpg.',
        'Part1/7/2.jpg',
      ],
      [
        flickr30k,
        'c',
        'results.csv line 2: there is no picture at flickr30k_images/20.jpg.',
        'flickr30k_images/20.jpg',
      ],
    ] as const) {
      await expect(set.readTraining(join(folder, name), { allowPartial: false })).rejects.toMatchObject({
        code: 'DATASET_INVALID',
        message: wrong,
      });
      const { rows, differences } = await set.readTraining(join(folder, name), partial);
      expect(rows).toHaveLength(1);
      expect(differences[0]).toBe(
        `1 row was left out because no picture is there: ${left} (${wrong.split(':')[0]})`,
      );
    }
  });

  it('reads the captions of Flickr30k in their order, also the one whose bar is missing', async () => {
    layOutDescribed(folder);
    const { rows } = await flickr30k.readTraining(folder, partial);
    expect(rows).toEqual([
      {
        source: 'flickr30k_images/10.jpg',
        path: join(folder, 'flickr30k_images/10.jpg'),
        captions: ['A dog runs across the grass .'],
      },
      {
        source: 'flickr30k_images/20.jpg',
        path: join(folder, 'flickr30k_images/20.jpg'),
        captions: ['Two dogs play .', 'Dogs run .', 'A "third" one | with a bar .'],
      },
    ]);
  });

  it('reads the .token file of Flickr30k, and Karpathy’s division', async () => {
    const token = join(folder, 'token');
    pictures(token, 'flickr30k-images/1.jpg');
    writeFileSync(join(token, 'results_20130124.token'), '1.jpg#0\tTwo men .\n1.jpg#1\tMen #2\ttalk .\n');
    expect((await flickr30k.readTraining(token, partial)).rows[0]?.captions).toEqual([
      'Two men .',
      'Men #2\ttalk .',
    ]);

    const divided = join(folder, 'divided');
    pictures(divided, 'images/1.jpg', 'images/2.jpg');
    const image = (filename: string, split: string) => ({
      filename,
      split,
      sentences: [{ raw: `${filename} by one.` }, { raw: `${filename} by two.` }],
    });
    const write = (...images: readonly unknown[]): void =>
      writeFileSync(
        join(divided, 'dataset_flickr30k.json'),
        JSON.stringify({ dataset: 'flickr30k', images }),
      );
    write(image('2.jpg', 'train'), image('1.jpg', 'train'), image('3.jpg', 'test'));
    const { rows, differences } = await flickr30k.readTraining(divided, partial);
    expect(rows.map(({ source, captions }) => [source, captions[1]])).toEqual([
      ['images/1.jpg', '1.jpg by two.'],
      ['images/2.jpg', '2.jpg by two.'],
    ]);
    expect(differences).toEqual(['3 pictures instead of 31014', '6 captions instead of 155070']);

    const refusal = async (...images: readonly unknown[]): Promise<string> => {
      write(...images);
      const error = await flickr30k.readTraining(divided, partial).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'DATASET_INVALID' });
      return (error as Error).message;
    };
    const good = image('1.jpg', 'train');
    expect(await refusal(good, good)).toBe(
      'dataset_flickr30k.json image 2: 1.jpg is there a second time, first in dataset_flickr30k.json image 1.',
    );
    expect(await refusal(null)).toContain('image 1: it has no filename of a picture');
    expect(await refusal({ ...good, filename: '../1.jpg' })).toContain('it has no filename of a picture');
    expect(await refusal({ ...good, split: 'x' })).toContain('it has no split');
    expect(await refusal({ ...good, sentences: [] })).toContain('it has no sentences');
    expect(await refusal({ ...good, sentences: [null] })).toContain('a caption of it is empty');
    writeFileSync(join(divided, 'dataset_flickr30k.json'), '{}');
    await expect(flickr30k.readTraining(divided, partial)).rejects.toMatchObject({
      message: expect.stringContaining('dataset_flickr30k.json: it holds no list of images'),
    });
  });

  it.each(['nothing', '../1.jpg| 0| Two men .', '1.jpg| zero| Two men .', '1.txt| 0| Two men .'])(
    'names the line %s',
    async (line) => {
      layOutDescribed(folder);
      appendFileSync(join(folder, 'results.csv'), `${line}\n`);
      await expect(flickr30k.readTraining(folder, partial)).rejects.toMatchObject({
        code: 'DATASET_INVALID',
        message: 'results.csv line 7: it is not a picture, a number and a caption.',
      });
    },
  );
});
