/** Pictures with captions, as the text-to-image data sets write them: one JSON list of records. */
import { posix } from 'node:path';
import { longestWords } from '../../retrieval/query.ts';
import { type Layout, malformedRow } from './dataset-errors.ts';
import { eachJsonRecord, recordName } from './json-records.ts';

export interface CaptionedPicture {
  /** Of the record in its file, from 1; where several are merged, of the first. */
  readonly record: number;
  /** Path relative to the data set's folder, with forward slashes and without `.`. */
  readonly source: string;
  readonly personId: string;
  /** `train`, `val` or `test`; absent where the records do not say. */
  readonly split?: string;
  /** As they are written; none is blank. */
  readonly captions: readonly string[];
}

export interface CaptionLayout {
  readonly layout: Layout;
  /** What the records call the picture's path. */
  readonly pathKey: 'file_path' | 'img_path';
  /** The folder that those paths start in, with a slash behind it: `imgs/`, or nothing. */
  readonly pictureFolder: string;
  /** Whether records say train, val or test. */
  readonly splits: boolean;
}

const splits = ['train', 'val', 'test'];
const restore = 'Restore the record from the data set, or take it out of the file.';

/**
 * A record is `{id, file_path, captions, split}`. Captions are a list or, where there is one caption a record, a string:
 * then the records of one picture are merged.
 *
 * @param path of the file
 * @returns in the order of the file
 * @throws ChatReidError DATASET_INVALID naming the record: no id, no path or one that leads out of the folder, a split
 *   that is not known, no caption or one that is blank or too long, a picture that an earlier record has
 */
export async function captionedPictures(path: string, options: CaptionLayout): Promise<CaptionedPicture[]> {
  const pictures = new Map<string, CaptionedPicture>();
  await eachJsonRecord(path, options.layout, (record, number) => {
    const wrong = (what: string): Error => malformedRow(recordName(path, number), what, restore);
    const picture = pictureOf(record, number, options, wrong);
    const earlier = pictures.get(picture.source);
    if (earlier === undefined) {
      pictures.set(picture.source, picture);
      return;
    }
    const there = `${picture.source} is there a second time, first in record ${earlier.record}`;
    if (earlier.personId !== picture.personId) throw wrong(`${there}, as person ${earlier.personId}`);
    const repeated = picture.captions.some((caption) => earlier.captions.includes(caption));
    if (typeof record.captions !== 'string' || repeated) throw wrong(there);
    pictures.set(picture.source, { ...earlier, captions: [...earlier.captions, ...picture.captions] });
  });
  return [...pictures.values()];
}

function pictureOf(
  record: Readonly<Record<string, unknown>>,
  number: number,
  { pathKey, pictureFolder, splits: hasSplits }: CaptionLayout,
  wrong: (what: string) => Error,
): CaptionedPicture {
  const { id, split, captions: written } = record;
  const path = record[pathKey];
  if (!(typeof id === 'string' && id.trim() !== '') && !Number.isSafeInteger(id)) throw wrong('it has no id');
  if (typeof path !== 'string' || path === '') throw wrong(`it has no ${pathKey}`);
  if (path.startsWith('/') || path.includes('\0') || path.split(/[/\\]/).includes('..')) {
    throw wrong(`its ${pathKey} ${JSON.stringify(path)} leads out of the data set`);
  }
  const part = typeof split === 'string' ? split.toLowerCase() : '';
  if (hasSplits && !splits.includes(part)) {
    throw wrong(split === undefined ? 'it has no split' : `its split ${JSON.stringify(split)} is not known`);
  }
  const captions: unknown[] = Array.isArray(written) ? written : [written];
  if (captions.length === 0) throw wrong('it has no caption');
  return {
    record: number,
    source: plain(`${pictureFolder}${path}`),
    personId: String(id),
    captions: captions.map((caption) => captionOf(caption, wrong)),
    ...(hasSplits ? { split: part } : {}),
  };
}

/** `./a.png` is `a.png`. Most paths stay the string that they are: millions of rebuilt ones take more memory. */
function plain(path: string): string {
  return /(^|\/)\.?\//.test(path) ? posix.normalize(path) : path;
}

/** @throws what `wrong` makes, when there are no words or more than a search takes */
export function captionOf(caption: unknown, wrong: (what: string) => Error): string {
  if (typeof caption !== 'string' || caption.trim() === '') throw wrong('a caption of it is empty');
  if (caption.trim().length > longestWords) {
    const [length, longest] = [caption.trim().length, longestWords];
    throw wrong(`a caption of it is ${length} characters long, and ${longest} is the most`);
  }
  return caption;
}
