/** OmniReID: ten data sets under one kind of list, for re-identification by instruction. Training only. */
import { join, resolve } from 'node:path';
import type { TrainingSet } from '../benchmark.ts';
import { countDifferences, refusePartial } from './dataset-counts.ts';
import { malformedRow, notThisLayout } from './dataset-errors.ts';
import { inSourceOrder, jsonOf, linesOf, refuseDuplicates } from './list-file.ts';
import { datasetRoot, everythingIn } from './picture-folder.ts';
import { listedThere, refuseNone } from './pictures-there.ts';

const layout = {
  title: 'OmniReID',
  next: 'Give the folder data of Instruct-ReID, which holds market/, msmt/, cuhk/, prcc/, ltcc/, vc_clothes/, llcm/, real1/, CUHK-Pedes/ and PLIP/, each with its list.',
};

interface Part {
  /** Names under which the folder is known. */
  readonly folders: readonly string[];
  /** Relative to the folder; the first that is there is read. */
  readonly lists: readonly string[];
  /** Relative to the folder: captions by the list's second field. */
  readonly captions?: string;
}

const plainList = 'datalist/train.txt';
const parts: readonly Part[] = [
  { folders: ['market'], lists: [plainList] },
  { folders: ['msmt'], lists: [plainList] },
  { folders: ['cuhk'], lists: [plainList] },
  { folders: ['prcc'], lists: [plainList] },
  { folders: ['ltcc'], lists: [plainList] },
  { folders: ['vc_clothes'], lists: [plainList, 'datalist/train_cc_clo.txt'] },
  { folders: ['llcm'], lists: ['train.txt', plainList] },
  {
    folders: ['real1'],
    lists: ['datalist/train_attr.txt'],
    captions: 'datalist/runner_real1_v1_gpt.json',
  },
  {
    folders: ['CUHK-Pedes', 'cuhk_pedes'],
    lists: ['train_t2i_v2.txt'],
    captions: 'caption_t2i_v2.json',
  },
  { folders: ['PLIP'], lists: ['train_t2i.txt'], captions: 'caption_t2i.json' },
];

/**
 * OmniReID (He et al., "Instruct-ReID: A Multi-purpose Person Re-identification Task with Instructions", CVPR 2024).
 *
 * |                                   |    pictures | persons |
 * |-----------------------------------|------------:|--------:|
 * | all, as the paper's table 1 has it |   4,973,044 | 328,604 |
 *
 * How these numbers fall to the ten lists, and whether they count test parts too, is published nowhere that we could
 * read, so they are not checked: what is checked is that all ten lists are there, that each line is well formed, names a
 * picture that is there and, where a part has captions, has one.
 *
 * Layout: the folder `data` of github.com/hwz-zju/Instruct-ReID. A line is `PICTURE INSTRUCTION PERSON CLOTHES [CAMERA]`,
 * the path from the part's folder. The instruction is a picture of clothes (not read) or the key of a caption in the
 * part's JSON; a picture stands once for each of its captions. A negative number of clothes or camera says nothing.
 * Persons and cameras are numbered within their part, so they are named `market/12`. Of real1 (COCAS-Real1) the list
 * with captions is read, not train_ctcc.txt, whose instructions are pictures of clothes. A list or a JSON of more than half
 * a gigabyte is refused: of PLIP, which is SYNTH-PEDES, the reader of that name takes any size.
 */
export const omniReid: TrainingSet = {
  name: 'omnireid',
  title: layout.title,
  async readTraining(folder, { allowPartial }) {
    const names = parts.flatMap((part) => part.folders);
    const root = await datasetRoot(resolve(folder), names, ['data', 'OmniReID']);
    const here = await everythingIn(root);
    const listed: Captioned[] = [];
    let read = 0;
    for (const part of parts) {
      const within = part.folders.find((name) => here.has(name));
      const list = within === undefined ? undefined : await firstThere(join(root, within), part.lists);
      if (within === undefined || list === undefined) continue;
      for (const row of await rowsOf(root, within, list, part.captions)) listed.push(row);
      read++;
    }
    if (read === 0) {
      throw notThisLayout(
        root,
        layout.title,
        `there is none of its ${parts.length} training lists`,
        layout.next,
      );
    }
    const next = 'Complete the folder, or take the lines out of the list.';
    const { there, differences: leftOut } = await listedThere(root, [listed], { next, allowPartial });
    const left = there.flat();
    refuseNone(root, layout, left, 'no picture that a training list names is there');
    const counts = countDifferences([{ of: 'training lists', found: read, published: parts.length }]);
    const differences = [...leftOut, ...counts];
    refusePartial(layout.title, root, differences, allowPartial);
    const rows = left.map(({ row: _row, instruction: _instruction, ...labels }) => ({
      ...labels,
      path: join(root, labels.source),
    }));
    return { rows: inSourceOrder(rows), differences };
  },
};

async function firstThere(folder: string, lists: readonly string[]): Promise<string | undefined> {
  for (const list of lists) {
    const names = await everythingIn(join(folder, list, '..'));
    if (names.has(list.split('/').at(-1)!)) return list;
  }
  return undefined;
}

interface Listed {
  readonly row: string;
  readonly source: string;
  readonly instruction: string;
  readonly personId: string;
  readonly clothesId?: string;
  readonly cameraId?: string;
}

/** A picture as the first of its lines names it, with the captions of all of them. */
type Captioned = Listed & { readonly captions: string[] };

async function rowsOf(
  root: string,
  folder: string,
  list: string,
  captionFile: string | undefined,
): Promise<Captioned[]> {
  const lines = await linesOf(root, `${folder}/${list}`, layout);
  const listed = lines.map(({ number, text }) => parseLine(text, folder, `${folder}/${list} line ${number}`));
  refuseDuplicates(
    listed.map(({ row, source, instruction }) => ({ row, source: `${source} ${instruction}` })),
  );
  const captions = captionFile === undefined ? undefined : await captionsOf(root, `${folder}/${captionFile}`);
  const pictures = new Map<string, Captioned>();
  for (const one of listed) {
    const known = pictures.get(one.source) ?? { ...one, captions: [] };
    if (known.personId !== one.personId) {
      throw malformedRow(
        one.row,
        `${one.source} shows another person than in ${known.row}`,
        'Restore the list from the data set.',
      );
    }
    if (captions) known.captions.push(...captions(one));
    pictures.set(one.source, known);
  }
  return [...pictures.values()];
}

function parseLine(text: string, folder: string, row: string): Listed {
  const [path, instruction, person, clothes, camera, ...rest] = text.split(/\s+/);
  const numbers = [person, clothes, camera ?? '-1'];
  if (!path || !instruction || rest.length > 0 || !numbers.every((one) => /^-?\d+$/.test(one ?? ''))) {
    throw malformedRow(
      row,
      `"${text}" is not picture, instruction, person, clothes and (or not) camera`,
      'Restore the list from the data set.',
    );
  }
  return {
    row,
    source: `${folder}/${path.replace(/^\.?\//, '')}`,
    instruction,
    personId: `${folder}/${person}`,
    ...(clothes?.startsWith('-') ? {} : { clothesId: clothes! }),
    ...(camera === undefined || camera.startsWith('-') ? {} : { cameraId: `${folder}/${camera}` }),
  };
}

/** One caption by key, or several. */
async function captionsOf(root: string, file: string): Promise<(one: Listed) => string[]> {
  const json = await jsonOf(root, file, layout);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw malformedRow(file, 'this is no object of captions by key', 'Restore the file from the data set.');
  }
  const byKey = new Map<string, unknown>(Object.entries(json));
  return ({ row, instruction }) => {
    const value = byKey.get(instruction);
    const all: readonly unknown[] = Array.isArray(value) ? value : [value];
    const captions = all.filter((one) => typeof one === 'string' && one.trim() !== '').map(String);
    if (captions.length > 0 && captions.length === all.length) return captions;
    throw malformedRow(
      row,
      `${file} has no caption ${instruction}`,
      'Restore the list or the captions from the data set.',
    );
  };
}
