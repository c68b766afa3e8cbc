/** Human captions that come apart from their pictures: CUHK-PEDES describes pictures of Market-1501 and CUHK03. */
import { basename, resolve } from 'node:path';
import type { Layout } from '../../evaluation/datasets/dataset-errors.ts';
import { eachJsonRecord, recordName } from '../../evaluation/datasets/json-records.ts';
import { ChatReidError } from '../../foundation/error.ts';

export interface FoundCaption {
  /** As the file names it: `Market/0002_c1s1_000451_00.jpg`. */
  readonly file: string;
  readonly text: string;
}

const layout: Layout = {
  title: 'The caption file',
  next: 'Give a JSON list of {file_path, captions}, as CUHK-PEDES has it (reid_raw.json or caption_*.json).',
};

/**
 * `captions` is a sentence or a list of them. Every record is read, of whatever split: who may be trained on is decided
 * by the people that are there and not held out.
 *
 * @throws ChatReidError DATASET_INVALID naming the file and the record
 */
export async function readCaptionFile(given: string): Promise<FoundCaption[]> {
  const path = resolve(given);
  const found: FoundCaption[] = [];
  await eachJsonRecord(path, layout, (record, number) => {
    const { file_path: file, captions } = record;
    const texts: readonly unknown[] = Array.isArray(captions) ? captions : [captions];
    if (typeof file !== 'string' || !texts.every((text) => typeof text === 'string')) {
      throw new ChatReidError(
        'DATASET_INVALID',
        `${recordName(path, number)} has no file_path or no captions.`,
        layout.next,
      );
    }
    for (const text of texts) {
      const words = text.trim();
      if (words !== '') found.push({ file, text: words });
    }
  });
  return found;
}

/** Whom or which picture of our data sets a caption is about. */
export type CaptionTarget =
  | { readonly dataset: string; readonly person: string; readonly handDrawn?: string }
  | { readonly picture: string };

/** CUHK03 identity 820 shows two different women. */
const twoPeople = '820';

/**
 * `Market/NAME` is gt_bbox/NAME of Market-1501 and shows the person whom NAME begins with. `CUHK03/N_k` is CUHK03
 * identity N; k says nothing about our files. Any other file is looked for among the pictures by its name.
 *
 * @returns undefined where the caption is known to be about nobody in particular
 */
export function captionTarget(file: string): CaptionTarget | undefined {
  const name = basename(file);
  const number = /^(\d+)_/.exec(name)?.[1];
  if (file.startsWith('Market/') && number !== undefined) {
    return { dataset: 'market1501', person: number, handDrawn: name };
  }
  if (file.startsWith('CUHK03/') && number !== undefined) {
    return number === twoPeople ? undefined : { dataset: 'cuhk03-crops', person: number };
  }
  return { picture: file };
}
